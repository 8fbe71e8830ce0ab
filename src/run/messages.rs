//! What is said before the asking begins, when it does not begin from nothing.

use std::time::Duration;

use jiff::{Timestamp, ZonedDateTime};
use tokio::time::Instant;
use tracing::info;

use crate::{
    aggregate::Fleet,
    collect::per_machine::LATE_PASSES,
    config::{Config, Console},
    domain::{
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::{counted, span, thousands},
    },
    inventory::Inventory,
    quota::{Limiter, Load},
    report::plain::plain,
    store::{AtWork, Begun, Known, Reuse},
};

/// Tells people something that is no warning, beside the progress.
pub(crate) fn tell(console: Console, text: &str) {
    if !console.quiet {
        info!(target: "patchgap::progress", "{text}");
    }
}

/// What is not asked for again, and why.
pub(crate) fn going_on(
    begun: &Begun,
    inventory: &Inventory,
    started: &ZonedDateTime,
) -> Option<String> {
    let known = begun
        .machines
        .iter()
        .filter(|it| it.known == Known::Answered);
    let known = known.count() as u64;
    let machines = counted(inventory.machines.len() as u64, "machine", "machines");
    let answers = format!("{} of {machines} have their answer", thousands(known));
    if begun.session > 1 {
        let since = clock(begun.started_at, started);
        return Some(format!(
            "going on with the run that began {since}: {answers} (--fresh starts over)"
        ));
    }
    (known > 0).then(|| format!("{answers} from an earlier run, and are not asked for again"))
}

/// Which answers are there and not used: of a list that has changed a little since a run that
/// ended early, they may be nearly all.
pub(crate) fn could_reuse(begun: &Begun, reuse: Reuse) -> Option<String> {
    let Reuse::EndedEarly(longest) = reuse else {
        return None;
    };
    let now = Timestamp::now();
    let is_young = |at: Timestamp| now.duration_since(at).unsigned_abs() <= longest;
    let last_answered = begun.machines.iter().filter_map(|it| it.last_answered);
    let young = last_answered.filter(|at| is_young(*at)).count() as u64;
    let machines = counted(young, "machine was", "machines were");
    let hours = longest.as_secs() / 3600;
    (young > 0).then(|| {
        format!(
            "{machines} answered within the last {hours} h already, and asked again now; \
             --max-age {hours}h would use those answers"
        )
    })
}

/// How to go on with a run that ended early. The demonstration's store is gone by then.
pub(crate) fn can_go_on(
    config: &Config,
    (ending, outcome): (&Ending, RunOutcome),
) -> Option<String> {
    let said = !config.console.quiet && config.store.path.is_some();
    let how = match config.store.reuse {
        Reuse::Nothing => "without --fresh, the same command goes on from here".to_owned(),
        Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
            format!(
                "within {}, the same command goes on from here",
                span(longest)
            )
        }
    };
    // What else ended a run early tells its exit code as an error.
    let code = match ending {
        Ending::Interrupted | Ending::OutOfTime | Ending::Postponed => {
            in_brackets(outcome.exit_code())
        }
        _ => String::new(),
    };
    (said && ending.can_resume()).then(|| format!("\nnot finished{code}: {how}\n"))
}

fn in_brackets(code: ExitCode) -> String {
    format!(" (exit code {})", code as u8)
}

/// How reports that were rendered again stand, with the exit code.
pub(crate) fn rendered(config: &Config, code: ExitCode) -> Option<String> {
    let (how, code) = (code.meaning(), in_brackets(code));
    (!config.console.quiet).then(|| format!("{how}{code}\n"))
}

/// How a run that went through ended, with its exit code, and what asks for the rest. Those that
/// ended early say it in their own way.
pub(crate) fn ended_with(
    config: &Config,
    (ending, outcome): (&Ending, RunOutcome),
    took: Duration,
    (fleet, limiter): (&Fleet, Option<&Limiter>),
) -> Option<String> {
    let coverage = &fleet.coverage;
    let left = coverage.machines() - coverage.answered;
    let is_over = coverage.failed + coverage.pending == 0;
    let is_said = !config.console.quiet && *ending == Ending::Finished;
    let said = match outcome {
        RunOutcome::Complete => "complete (exit code 0)".to_owned(),
        _ if is_over => without_answer(left),
        _ => again(config, took, (left, coverage.not_found), limiter),
    };
    is_said.then(|| said + "\n")
}

/// Why a run is partial in which there is nothing left to ask.
fn without_answer(unknown: u64) -> String {
    let what = match unknown {
        0 => "failures.csv says which rows hold no machine id".to_owned(),
        _ => counted(
            unknown,
            "machine is unknown to the service: see failures.csv",
            "machines are unknown to the service: see failures.csv",
        ),
    };
    format!("partial (exit code 5): {what}; --min-coverage says how many answers are enough")
}

/// How to ask for the machines without an answer, and how long that takes. The command is the one
/// that was typed: where its store is and whom it asks may stand in its options.
fn again(
    config: &Config,
    took: Duration,
    (left, not_found): (u64, u64),
    limiter: Option<&Limiter>,
) -> String {
    let machines = counted(left, "machine has", "machines have");
    let partial = format!("partial (exit code 5): {machines} no answer");
    let Some(limiter) = limiter.filter(|_| config.store.path.is_some()) else {
        return partial;
    };
    let takes = limiter.forecast(Load {
        calls: left + not_found * u64::from(LATE_PASSES),
        latency: limiter.usual_latency(),
        concurrency: config.service.concurrency.get(),
    });
    let takes = span(takes - Instant::now());
    let hours = still_young(took);
    format!(
        "{partial}\nthe same command with --max-age {hours}h asks for those alone, in about {takes}"
    )
}

/// The hours that an answer of a run that took so long may be old, when somebody reads that it
/// was partial in the morning.
fn still_young(took: Duration) -> u64 {
    12 + took.as_secs().div_ceil(3600)
}

/// That another process is at work.
pub(crate) fn busy(at_work: Option<AtWork>) -> String {
    let so_far = at_work.map_or_else(String::new, |at_work| {
        format!(
            " ({} so far)",
            counted(at_work.answers, "answer", "answers")
        )
    });
    format!(
        "another patchgap is at work with the same app registration{so_far}: waiting until it is \
         done, because they share one quota"
    )
}

/// That the list says when machines were last seen in a way that is not understood: those that are
/// silent would count as clean.
pub(crate) fn unread_times(inventory: &Inventory, now: Timestamp) -> Option<String> {
    let column = &inventory.columns[inventory.last_seen_column()?];
    let unread = inventory.unread_last_seen(now)?;
    let machines = counted(unread.machines, "machine", "machines");
    Some(format!(
        "{machines} of {}: {}; whether they were seen in the last 30 days is not known",
        plain(&inventory.file),
        plain(&unread.sentence(column))
    ))
}

/// That names of the list stand for several machines.
pub(crate) fn shared_names(inventory: &Inventory) -> Option<String> {
    let shared = inventory.shared_names()?;
    let names = counted(shared.names, "name stands", "names stand");
    Some(format!(
        "{names} for {} ids in {}, such as `{}`: perhaps old records beside new ones; each id is \
         asked and counted",
        thousands(shared.machines),
        plain(&inventory.file),
        plain(&shared.example)
    ))
}

/// The time of day, with the date when it was another day.
pub(crate) fn clock(time: Timestamp, now: &ZonedDateTime) -> String {
    let time = time.to_zoned_datetime(now.time_zone().clone());
    let format = if time.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answers_of_a_long_run_are_not_asked_for_again() {
        for (minutes, hours) in [(0, 12), (1, 13), (60, 13), (61, 14), (66 * 60, 78)] {
            assert_eq!(
                still_young(Duration::from_mins(minutes)),
                hours,
                "{minutes}"
            );
        }
    }
}
