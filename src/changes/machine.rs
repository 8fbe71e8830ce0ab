//! Changes of whole machines.

use serde::Serialize;

use crate::domain::{machine::MachineId, words::words};

words! {
    /// A change of a machine since the base that is worth reporting.
    pub enum MachineChange {
        /// It missed at least one KB, and now misses none; the difference in gaps cannot be due to another
        /// source.
        NewlyClean = "newlyClean",
        /// It missed no KB, and now misses at least one that is not due to another source.
        NewlyAffected = "newlyAffected",
        /// It is on the current list, but was not on the base's.
        Appeared = "appeared",
        /// It was on the base's list, but is not on the current one.
        Left = "left",
        /// It was requested in the base run, and is skipped now.
        Skipped = "skipped",
        /// The base has an answer for it, and the current run has none; or it had gaps, and the current
        /// answer is empty because there is no current data, or because its Windows version no longer gets
        /// updates.
        NotAnswered = "notAnswered",
    }
}

/// A machine that changed since the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineMoved {
    /// How it changed.
    pub change: MachineChange,
    /// Which machine.
    pub machine: MachineId,
    /// The number of its gaps in the base.
    pub gaps_then: u32,
    /// The number of its gaps today.
    pub gaps_now: u32,
    /// Whether today's answer is inferred from that of another machine.
    pub is_inferred: bool,
}

/// The number of machines by kind of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineTally {
    /// See [`MachineChange::NewlyClean`].
    pub newly_clean: u64,
    /// See [`MachineChange::NewlyAffected`].
    pub newly_affected: u64,
    /// See [`MachineChange::Appeared`].
    pub appeared: u64,
    /// See [`MachineChange::Left`].
    pub left: u64,
    /// See [`MachineChange::NotAnswered`].
    pub not_answered: u64,
    /// See [`MachineChange::Skipped`].
    pub skipped: u64,
    /// Machines whose answer is empty because there is no current data.
    #[serde(skip)]
    pub silent: u64,
    /// Machines whose answer is empty because their Windows version no longer gets updates.
    #[serde(skip)]
    pub unsupported: u64,
}

impl MachineTally {
    pub(super) fn count(&mut self, change: MachineChange) {
        let class = match change {
            MachineChange::NewlyClean => &mut self.newly_clean,
            MachineChange::NewlyAffected => &mut self.newly_affected,
            MachineChange::Appeared => &mut self.appeared,
            MachineChange::Left => &mut self.left,
            MachineChange::Skipped => &mut self.skipped,
            MachineChange::NotAnswered => &mut self.not_answered,
        };
        *class += 1;
    }
}
