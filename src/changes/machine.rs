//! What became of whole machines.

use serde::Serialize;

use crate::domain::{machine::MachineId, words::words};

words! {
    /// What became of a machine since the base, where it is worth a mention.
    pub enum MachineChange {
        /// It missed something, and misses nothing now.
        NewlyClean = "newlyClean",
        /// It missed nothing, and misses something now.
        NewlyAffected = "newlyAffected",
        /// It is on today's list, and was not on the base's.
        Appeared = "appeared",
        /// It was on the base's list, and is not on today's.
        Left = "left",
        /// The base has an answer for it, and today has none; or an empty one that means nothing,
        /// where it missed something.
        NotAnswered = "notAnswered",
    }
}

/// A machine that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineMoved {
    /// What became of it.
    pub change: MachineChange,
    /// Which machine.
    pub machine: MachineId,
    /// Gaps that it had in the base.
    pub gaps_then: u32,
    /// Gaps that it has today.
    pub gaps_now: u32,
}

/// Machines by what became of them.
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
    /// Those among them with an answer that means nothing.
    #[serde(skip)]
    pub silent: u64,
}

impl MachineTally {
    pub(super) fn count(&mut self, change: MachineChange) {
        let class = match change {
            MachineChange::NewlyClean => &mut self.newly_clean,
            MachineChange::NewlyAffected => &mut self.newly_affected,
            MachineChange::Appeared => &mut self.appeared,
            MachineChange::Left => &mut self.left,
            MachineChange::NotAnswered => &mut self.not_answered,
        };
        *class += 1;
    }
}
