//! The cells of one run.

use std::{path::Path, time::Duration};

use jiff::ZonedDateTime;

use crate::{
    domain::{
        accuracy::Accuracy,
        ending::{EndingWord, RunOutcome},
        text::{share, span, thousands},
    },
    store::{OutcomeCounts, RunRecord},
};

pub(super) fn row(run: &RunRecord, tally: OutcomeCounts, now: &ZonedDateTime) -> Vec<String> {
    let machines = tally.machines();
    let started = run.started_at.to_zoned_datetime(now.time_zone().clone());
    vec![
        run.run.0.to_string(),
        started.strftime("%Y-%m-%d %H:%M").to_string(),
        took(run),
        outcome(run).to_owned(),
        thousands(machines),
        share(tally.answered, machines),
        list(run),
        differed(run.rechecked),
    ]
}

/// The share of a run's sample for which the answer that was kept or inferred was wrong.
fn differed(rechecked: Accuracy) -> String {
    let machines = thousands(rechecked.machines);
    let share = rechecked.share_in_percent();
    share.map_or_else(String::new, |share| format!("{share} of {machines}"))
}

/// The outcome of a run. A run that has not ended is either in progress or was killed.
fn outcome(run: &RunRecord) -> &'static str {
    match (run.outcome, run.ended) {
        (Some(RunOutcome::Complete | RunOutcome::Partial), Some(EndingWord::OutOfTime)) => {
            "time up"
        }
        (Some(outcome), _) => outcome.as_str(),
        (None, _) => "unfinished",
    }
}

/// The list's file name, without the folder, which is the same every night.
fn list(run: &RunRecord) -> String {
    let name = Path::new(&run.file).file_name();
    name.map_or_else(|| run.file.clone(), |name| name.display().to_string())
}

fn took(run: &RunRecord) -> String {
    let Some(finished_at) = run.finished_at else {
        return String::new();
    };
    let took = finished_at.duration_since(run.started_at);
    span(Duration::try_from(took).unwrap_or_default())
}
