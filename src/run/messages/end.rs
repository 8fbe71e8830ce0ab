//! The messages at the end of a run.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    collect::per_machine::LATE_PASSES,
    config::Config,
    domain::{
        ending::{Ending, RunOutcome},
        exit_code::ExitCode,
        text::{counted, is_unknown, span},
    },
    quota::{Limiter, Load},
    run::conclude::fail_on::alarmed,
    store::{Reuse, RunRecord},
};

/// How to resume a run that ended early; `None` for the demonstration, whose store is deleted.
pub(crate) fn how_to_resume(
    config: &Config,
    ending: &Ending,
    outcome: RunOutcome,
) -> Option<String> {
    let is_shown = !config.console.quiet && config.store.path.is_some();
    let how = match config.store.reuse {
        Reuse::Nothing => "run the same command without --fresh to resume".to_owned(),
        Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
            format!("run the same command within {} to resume", span(longest))
        }
    };
    // The other early endings report their exit code as an error.
    let code = match ending {
        Ending::Interrupted | Ending::OutOfTime | Ending::Postponed => {
            in_brackets(outcome.exit_code())
        }
        _ => String::new(),
    };
    (is_shown && ending.word().can_resume()).then(|| format!("\nnot finished{code}: {how}\n"))
}

fn in_brackets(code: ExitCode) -> String {
    format!(" (exit code {})", code as u8)
}

/// The outcome of rendering reports again, and the exit code, which may be worse.
pub(crate) fn rendered(config: &Config, code: ExitCode, exit_code: ExitCode) -> Option<String> {
    let (how, code) = (code.meaning(), in_brackets(exit_code));
    (!config.console.quiet).then(|| format!("{how}{code}\n"))
}

/// How a complete pass over the list ended, with the exit code, and how to request the rest. Runs
/// that ended early have their own messages.
pub(crate) fn how_it_ended(
    config: &Config,
    ending: &Ending,
    run: &RunRecord,
    limiter: Option<&Limiter>,
    is_alarming: bool,
) -> Option<String> {
    let is_over = run.tally.failed + run.tally.pending == 0;
    let is_shown = !config.console.quiet && *ending == Ending::Finished;
    let message = match run.outcome {
        Some(RunOutcome::Complete) => {
            let code = in_brackets(alarmed(ExitCode::Complete, is_alarming));
            format!("complete{code}")
        }
        _ if is_over => unanswered(run.tally.not_found),
        _ => how_to_request_rest(config, run, limiter),
    };
    is_shown.then(|| message + "\n")
}

/// Why a run is partial although there is nothing left to request.
fn unanswered(unknown: u64) -> String {
    let what = match unknown {
        0 => "failures.csv lists the rows without a machine id".to_owned(),
        _ => counted(
            unknown,
            "machine is unknown to the service: see failures.csv",
            "machines are unknown to the service: see failures.csv",
        ),
    };
    format!("partial (exit code 5): {what}; --min-coverage sets how many answers are enough")
}

/// How to request the machines without an answer, and how long that takes. It refers to the command
/// as typed, whose options may include the path of the store and the service.
fn how_to_request_rest(config: &Config, run: &RunRecord, limiter: Option<&Limiter>) -> String {
    let remaining = run.tally.machines() - run.tally.answered;
    let machines = counted(remaining, "machine has", "machines have");
    let partial = format!("partial (exit code 5): {machines} no answer");
    let Some(limiter) = limiter.filter(|_| config.store.path.is_some()) else {
        return partial;
    };
    let calls = remaining + run.tally.not_found * u64::from(LATE_PASSES);
    let duration = duration(config, calls, limiter);
    let elapsed = run.last_sign_of_life().duration_since(run.started_at);
    let hours = reuse_hours(Duration::try_from(elapsed).unwrap_or_default());
    format!("{partial}\nrun the same command with --max-age {hours}h to query only those{duration}")
}

/// How long this number of calls takes; empty if it depends only on response times, which are
/// unknown.
fn duration(config: &Config, calls: u64, limiter: &Limiter) -> String {
    let takes = |latency| {
        let load = Load {
            calls,
            latency,
            concurrency: config.service.concurrency.get(),
        };
        limiter.forecast(load) - Instant::now()
    };
    let latency = limiter.assumed_latency();
    if is_unknown(takes(latency.least), takes(latency.most)) {
        return String::new();
    }
    format!(", in about {}", span(takes(latency.usual)))
}

/// The maximum age in hours that still covers all answers of a run that took this long, if it is
/// repeated on the next morning.
fn reuse_hours(elapsed: Duration) -> u64 {
    12 + elapsed.as_secs().div_ceil(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_max_age_covers_the_whole_run() {
        for (minutes, hours) in [(0, 12), (1, 13), (60, 13), (61, 14), (66 * 60, 78)] {
            assert_eq!(
                reuse_hours(Duration::from_mins(minutes)),
                hours,
                "{minutes}"
            );
        }
    }
}
