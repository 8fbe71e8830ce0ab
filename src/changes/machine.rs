//! What became of whole machines.

use crate::domain::{machine::MachineId, words::words};

words! {
    /// What became of a machine since the base, where it is worth telling.
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
