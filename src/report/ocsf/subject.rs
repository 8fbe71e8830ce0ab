//! The gap that a finding is about: one of the run, or one of the base that has been closed.

use jiff::Timestamp;

use crate::{
    aggregate::Answered,
    changes::{Change, ChangeRow},
    domain::{kb::MissingKb, machine::MachineId},
    report::table::GapLine,
    risk::{Feeds, GapRisk},
};

/// The gap that a finding is about.
pub(super) struct Subject<'run> {
    pub(super) machine: MachineId,
    pub(super) name: Option<&'run str>,
    pub(super) gap: &'run MissingKb,
    /// Since when the gap has been open.
    pub(super) since: Timestamp,
    /// When it was last seen; `None` if it has been closed.
    pub(super) seen: Option<Timestamp>,
    /// How it was closed, if it was.
    pub(super) change: Option<Change>,
    pub(super) risk: GapRisk,
    pub(super) is_accepted: bool,
    pub(super) overdue: u32,
}

impl<'run> Subject<'run> {
    /// A gap of the run.
    pub(super) fn of_gap(line: &GapLine<'run>) -> Self {
        Self {
            machine: line.machine.id,
            name: line.names.at(line.machine.position()),
            gap: line.gap,
            since: line.since,
            seen: line.machine.result.as_ref().ok().map(Answered::answered_at),
            change: None,
            risk: line.mark.risk,
            is_accepted: line.mark.is_accepted,
            overdue: line.mark.overdue,
        }
    }

    /// A closed gap.
    pub(super) fn of_change(row: &'run ChangeRow, name: Option<&'run str>, feeds: &Feeds) -> Self {
        Self {
            machine: row.machine,
            name,
            gap: &row.gap,
            since: row.since,
            seen: None,
            change: Some(row.change),
            risk: feeds.gap_risk(&row.gap),
            is_accepted: false,
            overdue: 0,
        }
    }

    /// The finding in one sentence.
    pub(super) fn message(&self) -> String {
        let id = self.machine.to_string();
        let (kb, machine) = (self.gap.id.for_people(), self.name.unwrap_or(&id));
        match self.change {
            None => format!("{kb} is missing on {machine}"),
            Some(Change::OutOfScope) => format!("{machine}, which missed {kb}, is not on the list"),
            Some(_) => format!("{kb} is no longer missing on {machine}"),
        }
    }
}
