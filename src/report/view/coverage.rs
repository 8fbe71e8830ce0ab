//! The number of machines that answered, and what that means for all other figures.

use crate::{
    aggregate::{Answered, Coverage, MachineStatus},
    domain::{
        ending::{EndingWord, RunOutcome},
        skip_reason::describe,
        text::{counted, share, thousands, whole_share},
    },
    report::{Run, time::rfc3339},
};

/// If more than one in this many machines is not found, the list or the tenant is probably wrong.
const TOO_MANY_NOT_FOUND: u64 = 5;

/// The machines of the list with one status, and the display label of that status.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct StatusCount {
    pub(in crate::report) status: MachineStatus,
    pub(in crate::report) label: &'static str,
    pub(in crate::report) machines: u64,
}

/// The list's machines by status. The parts add up to the whole list.
pub(in crate::report) fn parts(coverage: &Coverage) -> [StatusCount; 4] {
    let part = |status, label, machines| StatusCount {
        status,
        label,
        machines,
    };
    [
        part(MachineStatus::Answered, "answered", coverage.answered),
        part(MachineStatus::NotFound, "not found", coverage.not_found),
        part(MachineStatus::Failed, "failed", coverage.failed),
        part(MachineStatus::Pending, "not asked", coverage.pending),
    ]
}

/// `3 of 5 machines answered (60.0 %)`.
pub(in crate::report) fn answered(coverage: &Coverage) -> String {
    let machines = counted(coverage.machines(), "machine", "machines");
    let share = share(coverage.answered, coverage.machines());
    format!(
        "{} of {machines} answered ({share})",
        thousands(coverage.answered)
    )
}

/// The number of machines without an answer.
pub(in crate::report) fn unanswered(coverage: &Coverage) -> u64 {
    coverage.machines() - coverage.answered
}

/// The warning that the figures do not represent the fleet, with the reason. `None` if they do.
pub(in crate::report) fn banner(run: &Run<'_>) -> Option<String> {
    let coverage = &run.fleet.coverage;
    let why = match (run.facts.outcome, run.facts.ended) {
        (RunOutcome::Interrupted, _) => " (interrupted)",
        (RunOutcome::Refused, _) => " (refused by the service)",
        (_, Some(EndingWord::OutOfTime)) => " (the time limit was reached)",
        (RunOutcome::Complete | RunOutcome::Partial, _) => "",
    };
    coverage.is_partial().then(|| speaks_for(coverage, why))
}

/// The same warning without the reason, for places that already state it.
pub(in crate::report) fn plain_banner(coverage: &Coverage) -> Option<String> {
    coverage.is_partial().then(|| speaks_for(coverage, ""))
}

fn speaks_for(coverage: &Coverage, why: &str) -> String {
    let known = counted(coverage.answered, "machine", "machines");
    let unknown = thousands(unanswered(coverage));
    format!("PARTIAL{why}: this speaks for {known}; of {unknown} nothing is known")
}

/// The question to show when too many machines are not found.
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

/// The number of machines on the list that were not to be requested, by reason.
pub(in crate::report) fn skipped(run: &Run<'_>) -> Option<String> {
    let skipped = run.fleet.skipped_because();
    let machines = counted(
        skipped.values().sum(),
        "machine on the list was skipped",
        "machines on the list were skipped",
    );
    (!skipped.is_empty()).then(|| format!("{machines}: {}", describe(&skipped)))
}

/// The number of answers reused from the store, and the time of the oldest.
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

/// The number of clean machines that may be silent instead, because the list's "last seen" values
/// could not be parsed. `None` if they could.
pub(in crate::report) fn last_seen_in_doubt(run: &Run<'_>) -> Option<String> {
    let unread = run.fleet.unread_last_seen.as_ref()?;
    let column = &run.inventory.columns[run.inventory.last_seen_column()?];
    Some(format!(
        "{} without gaps may be silent rather than clean: {}",
        counted(unread.machines, "machine", "machines"),
        unread.sentence(column)
    ))
}
