//! How much of the fleet answered, and what that means for the rest of the summary.

use super::{
    super::{Run, time::rfc3339},
    Style,
    numbers::{share, whole_share},
};
use crate::{
    aggregate::{Answered, Coverage},
    domain::{
        ending::{Ending, RunOutcome},
        text::{counted, thousands},
    },
};

/// Above one in so many machines not found, the list or the tenant is the wrong one.
const TOO_MANY_NOT_FOUND: u64 = 5;

pub(super) fn lines(run: &Run<'_>, style: Style) -> Vec<String> {
    let coverage = &run.fleet.coverage;
    let mut lines = vec![style.bold(&answered(run))];
    if coverage.is_partial() {
        lines.push(style.alarm(&banner(run)));
    }
    lines.extend(reused(run));
    if let Some(doubt) = wrong_list(coverage) {
        lines.push(style.warning(&format!("warning: {doubt}")));
    }
    lines
}

/// What is to be asked where too many machines are not found.
pub(in crate::report) fn wrong_list(coverage: &Coverage) -> Option<String> {
    let is_too_many = coverage.not_found > coverage.machines() / TOO_MANY_NOT_FOUND;
    let share = whole_share(coverage.not_found, coverage.machines());
    is_too_many.then(|| {
        format!(
            "{share} of the machines are not found: is this the right list, \
             and the right tenant?"
        )
    })
}

fn answered(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    let machines = counted(coverage.machines(), "machine", "machines");
    let share = share(coverage.answered, coverage.machines());
    let answered = thousands(coverage.answered);
    let without_answer = [
        (coverage.not_found, "not found"),
        (coverage.failed, "failed"),
        (coverage.pending, "not asked"),
        (run.inventory.rejected.len() as u64, "invalid in the list"),
    ];
    let mut parts = vec![format!("{answered} of {machines} answered ({share})")];
    for (count, what) in without_answer.into_iter().filter(|(count, _)| *count > 0) {
        parts.push(format!("{} {what}", thousands(count)));
    }
    parts.join("; ")
}

/// How many answers were there already, and how old they may be.
pub(in crate::report) fn reused(run: &Run<'_>) -> Option<String> {
    let answered = run.fleet.machines.iter().flat_map(|row| &row.result);
    let oldest = answered
        .filter(|answered| answered.reused)
        .map(Answered::answered_at)
        .min()?;
    let reused = run.fleet.coverage.reused;
    let answers = counted(reused, "of the answers was", "of the answers were");
    Some(format!(
        "{answers} there already; the oldest is from {}",
        rfc3339(oldest)
    ))
}

/// What nobody may miss of a partial run.
pub(in crate::report) fn banner(run: &Run<'_>) -> String {
    let coverage = &run.fleet.coverage;
    let why = match (run.facts.outcome, run.facts.ended) {
        (RunOutcome::Interrupted, _) => " (interrupted)",
        (RunOutcome::Refused, _) => " (refused by the service)",
        (_, Some(Ending::OutOfTime)) => " (the time was up)",
        (RunOutcome::Complete | RunOutcome::Partial, _) => "",
    };
    let known = counted(coverage.answered, "machine", "machines");
    let unknown = thousands(coverage.machines() - coverage.answered);
    format!("PARTIAL{why}: this speaks for {known}; of {unknown} nothing is known")
}
