//! The plan of a run, without running it.

mod reports;
mod sources;

use jiff::{SignedDuration, ZonedDateTime};
use tokio::time::Instant;

use self::{reports::add_reports, sources::Estimates};

use super::{
    RunError,
    gate::{counting, described, unused},
    identity::Identity,
    input::RunInput,
};
use crate::{
    collect::hunting::first_queries,
    config::{AnswerSource, Config},
    console::LabelledLines,
    domain::{
        answer::Source,
        api::Api,
        text::{counted, is_about_the_same, is_unknown, span, span_between, thousands},
    },
    inventory::Inventory,
    quota::{ASSUMED_LATENCY, EarlierUsage, Gate, Limiter, Load},
    store::{CallLog, LearnedLimit, Preview, Problem, Store, StoreError},
};

/// The plan as text: machines, calls, and how long they take under the quota. Writes nothing and
/// sends nothing.
pub(super) fn plan(input: RunInput<'_>) -> Result<String, RunError> {
    let RunInput {
        config,
        state,
        inventory,
        started: now,
        ..
    } = input;
    let (preview, learned) = preview(input)?;
    let Preview {
        answers: kept,
        service,
        ..
    } = preview;
    let estimates = estimates(input, service)?;
    let source = config.source.answers;
    let estimate = estimates.as_ref().filter(|_| !source.is_every_machine());
    let estimate = estimate.map(|it| it.calls(source, input));
    let every = inventory.machines.len() as u64 - kept;
    let calls = estimate.map_or(every, |estimate| estimate.min(every));
    let gate = restored(unused(config, &learned), preview);
    let limiter = gate.limiter(Api::MissingKbs);
    let mut lines = LabelledLines::default();
    lines.add("machine list", &rows(inventory));
    if kept > 0 {
        let answers = counted(kept, "answer", "answers");
        lines.add(
            "store",
            &format!("{answers} already stored: {}", state.path().display()),
        );
    }
    if let Some(bulk) = source.bulk {
        add_bulk(&mut lines, bulk, calls);
        add_cross_check(&mut lines, input);
        add_reports(&mut lines, config);
        return Ok(lines.into_text());
    }
    lines.add("calls", &calls_of(source, estimate.map(|_| every), calls));
    if let Some(estimates) = &estimates {
        lines.add("by source", &estimates.sentence(input));
    }
    lines.add("quota", &described(config, &gate));
    if let Some(used) = used_up(limiter) {
        lines.add("already used", &used);
    }
    lines.add("time", &time(config, calls, limiter, now));
    add_cross_check(&mut lines, input);
    if let Some(until) = config.until {
        lines.add(
            "stops at",
            &at(&until.to_zoned_datetime(now.time_zone().clone())),
        );
    }
    add_reports(&mut lines, config);
    Ok(lines.into_text())
}

/// The gate with the calls that earlier runs have sent.
fn restored(mut gate: Gate, preview: Preview) -> Gate {
    let earlier = EarlierUsage {
        calls: preview.past_calls,
        latency: preview.latency,
        ..EarlierUsage::default()
    };
    gate.restore(Api::MissingKbs, &earlier);
    gate
}

/// Adds the calls of a bulk source, given the number of machines without an answer.
fn add_bulk(lines: &mut LabelledLines, source: Source, machines: u64) {
    if machines == 0 {
        lines.add("calls", "none: every machine has its answer");
        return;
    }
    let calls = bulk_calls(source, machines);
    lines.add("calls", &format!("{calls}; none for single machines"));
    let (api, time) = match source {
        Source::Hunting => (
            Api::Hunting,
            "at most three minutes for each query, four at a time",
        ),
        _ => (
            Api::VulnerabilityExport,
            "depends on the download: as a rule 20 MB for every 1,000 machines of the tenant",
        ),
    };
    let limits = api.documented_limits().unwrap_or_default();
    lines.add("quota", &limits.to_string());
    lines.add("time", time);
}

/// Adds the calls that the comparison with a second source needs.
fn add_cross_check(lines: &mut LabelledLines, input: RunInput<'_>) {
    if let Some(source) = input.config.cross_check {
        let machines = input.inventory.machines.len() as u64;
        lines.add("cross-check", &bulk_calls(source, machines));
    }
}

/// The calls of a bulk source for this number of machines, as text.
fn bulk_calls(source: Source, machines: u64) -> String {
    match source {
        Source::Hunting => {
            let queries = counted(first_queries(machines), "query", "queries");
            format!("{queries}, more if answers are cut")
        }
        _ => "1 for the export of software vulnerabilities, and a download of each of its files"
            .to_owned(),
    }
}

/// The number of calls as text; `every` is the number for all machines, if the source makes fewer.
fn calls_of(source: AnswerSource, every: Option<u64>, calls: u64) -> String {
    let calls = thousands(calls);
    match every {
        Some(every) => format!(
            "about {calls} of {} with --source {source}; more if machines with the same software disagree",
            thousands(every)
        ),
        None => format!("{calls}, one per machine; more if requests fail"),
    }
}

/// The data for estimating the calls of each source, if the store has it.
fn estimates(input: RunInput<'_>, service: Option<i64>) -> Result<Option<Estimates>, RunError> {
    let Some(service) = service else {
        return Ok(None);
    };
    let read = |store: &Store| Estimates::read(input, store, service);
    Ok(Store::read_only(input.state.path(), read)?)
}

/// How much of the quota earlier runs have used.
fn used_up(limiter: &Limiter) -> Option<String> {
    let used = limiter.used();
    let parts: Vec<String> = used
        .iter()
        .map(|(used, limit)| {
            format!(
                "{} of {}",
                thousands(*used as u64),
                thousands(*limit as u64)
            )
        })
        .collect();
    used.iter()
        .any(|(used, _)| *used > 0)
        .then(|| parts.join(", ") + " calls")
}

/// The plan for rendering reports again: there is nothing to request.
pub(super) fn offline(config: &Config, inventory: &Inventory) -> String {
    let mut lines = LabelledLines::default();
    lines.add("machine list", &rows(inventory));
    lines.add("calls", "none (offline)");
    add_reports(&mut lines, config);
    lines.into_text()
}

/// What the store already holds for the tenant and app registration, if they are known without a
/// token; and the limits that earlier processes learned.
fn preview(input: RunInput<'_>) -> Result<(Preview, Vec<LearnedLimit>), RunError> {
    let config = input.config;
    let identity = Identity::new(config, None);
    let params = identity.params(config, input.inventory, input.started.timestamp());
    match Store::read_only(input.state.path(), |store| {
        let learned = if config.store.forget_limits {
            Vec::new()
        } else {
            CallLog::of(store, params.application).limits()?
        };
        let counting = counting(config, Api::MissingKbs, &learned).unwrap_or_default();
        Ok((store.preview(&params, Api::MissingKbs, counting)?, learned))
    }) {
        Err(StoreError {
            problem: Problem::Missing | Problem::Empty(_),
            ..
        }) => Ok(Default::default()),
        found => Ok(found?),
    }
}

fn rows(inventory: &Inventory) -> String {
    let machines = counted(inventory.machines.len() as u64, "machine", "machines");
    let mut parts = vec![format!("{}: {machines}", inventory.file)];
    for (count, one, many) in [
        (inventory.duplicates, "duplicate row", "duplicate rows"),
        (
            inventory.rejected.len() as u64,
            "row without a machine id",
            "rows without a machine id",
        ),
    ] {
        if count > 0 {
            parts.push(counted(count, one, many));
        }
    }
    parts.join(", ")
}

/// The expected duration; a range if no earlier run has measured how long an answer takes, and two
/// examples if nothing else limits the run.
fn time(config: &Config, calls: u64, limiter: &Limiter, now: &ZonedDateTime) -> String {
    let takes = |latency| {
        let load = Load {
            calls,
            latency,
            concurrency: config.service.concurrency.get(),
        };
        limiter.forecast(load) - Instant::now()
    };
    let latency = limiter.assumed_latency();
    let (least, most) = (takes(latency.least), takes(latency.most));
    if is_unknown(least, most) {
        return format!(
            "unknown before the first answers: about {} if each takes 0.3 s, {} if each takes 3 s",
            span(takes(ASSUMED_LATENCY.usual)),
            span(takes(ASSUMED_LATENCY.most))
        );
    }
    let (least, most, by, why) = if is_about_the_same(least, most) {
        let usual = takes(latency.usual);
        (usual, usual, "", "")
    } else {
        (least, most, "by ", ", depending on response times")
    };
    let end = SignedDuration::try_from(most)
        .ok()
        .and_then(|takes| now.checked_add(takes).ok());
    let end = end.map(|end| format!(": if started now, done {by}{}", at(&end)));
    format!(
        "about {}{why}{}",
        span_between(least, most),
        end.unwrap_or_default()
    )
}

fn at(time: &ZonedDateTime) -> String {
    time.strftime("%a %Y-%m-%d %H:%M %:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    #[test]
    fn rows_are_described_in_words() {
        let ids = ["1".repeat(40), "2".repeat(40)];
        for (list, expected) in [
            (ids[..1].join("\n"), "list: 1 machine"),
            (
                format!("{}\n{0}\nnone", ids[0]),
                "list: 1 machine, 1 duplicate row, 1 row without a machine id",
            ),
            (
                format!("{}\n{}\n{0}\n{0}\nno\nne", ids[0], ids[1]),
                "list: 2 machines, 2 duplicate rows, 2 rows without a machine id",
            ),
        ] {
            let inventory = read_from(list.as_bytes(), "list", None).unwrap();
            assert_eq!(rows(&inventory), expected);
        }
    }
}
