//! What changed since an earlier run: every gap of both runs is in exactly one class.
//!
//! Nothing that was not answered counts as resolved: the gaps of a machine without an answer
//! are carried, and those of a machine that left the list are out of scope. Pure, but for
//! [`History`](crate::domain::gaps::History), where earlier answers are read again.

mod base;
mod comparable;
mod compare;
mod kbs;
mod machine;
mod pairs;
mod rows;
mod sentence;
mod tally;
#[cfg(test)]
pub(crate) mod tests;

pub use self::{
    base::{Base, Figures},
    compare::{Replacing, changes},
    kbs::KbChange,
    machine::{MachineChange, MachineMoved},
    rows::ChangeRow,
    sentence::{exposure_sentence, sentence},
    tally::{Exposure, MachineTally, Tally},
};

use self::rows::Changed;
use crate::domain::words::words;

words! {
    /// The classes of gaps that are listed, as `changes.csv` spells them. There is one more:
    /// gaps that are still there are counted alone.
    pub enum Change {
        /// Today's: the base did not have it.
        New = "new",
        /// The base's: today's answer no longer has it.
        Resolved = "resolved",
        /// The base's: a newer KB took its place on the machine.
        Replaced = "replaced",
        /// Today's: the base did not have it any more, and a run before the base had.
        Returned = "returned",
        /// The base's, on a machine without an answer today, or with one that means nothing:
        /// carried.
        NotAnswered = "notAnswered",
        /// The base's, on a machine that left the list.
        OutOfScope = "outOfScope",
        /// Today's, on a machine that the base has no answer for.
        Appeared = "appeared",
    }
}

/// What changed since the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What today is compared with.
    pub base: Base,
    /// Gaps by class.
    pub tally: Tally,
    /// What each class did to the exposure.
    pub exposure: Exposure,
    /// Machines by what became of them.
    pub machines: MachineTally,
    /// Machines that moved, by id.
    pub moved: Vec<MachineMoved>,
    /// What changed of each KB: the one with most news first, what only replaces or was replaced
    /// after them.
    pub kbs: Vec<KbChange>,
    /// By machine id.
    changed: Vec<Changed>,
}
