//! Kept runs, by the number that people type.

use super::{RunError, history::finished_at};
use crate::{
    report::terminal::share,
    store::{RunRecord, Store},
};

/// How many runs are listed for someone who named one that is not there.
const LISTED: usize = 5;

/// The run with this number, of the same tenant as `last`.
pub(crate) fn named(store: &Store, last: &RunRecord, number: i64) -> Result<RunRecord, RunError> {
    let runs = store.runs()?;
    let is_named = |run: &&RunRecord| run.run.0 == number;
    let (own, others): (Vec<_>, Vec<_>) = runs
        .into_iter()
        .partition(|run| run.service.says_same_tenant(&last.service));
    match own.iter().find(is_named) {
        Some(run) => Ok(run.clone()),
        None => Err(RunError::NoRun {
            run: number,
            is_kept: others.iter().any(|run| is_named(&run)),
            last: listed(&own),
        }),
    }
}

/// The first few runs, in words: `12 (2026-11-23T22:00:00Z, 98.2 % answered), ..`.
fn listed(runs: &[RunRecord]) -> String {
    let words = runs.iter().take(LISTED).map(|run| {
        let at = finished_at(run);
        let share = share(run.tally.answered, run.tally.machines());
        format!("{} ({at:.0}, {share} answered)", run.run.0)
    });
    words.collect::<Vec<_>>().join(", ")
}
