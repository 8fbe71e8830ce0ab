//! What changed since an earlier run, the base: every gap of both runs is in exactly one class.
//!
//! Nothing that was not answered counts as resolved: the gaps of a machine without an answer
//! are carried, and those of a machine that left the list are out of scope. Pure, but for
//! [`History`](crate::domain::gaps::History), which reads earlier answers again.
//!
//! - `compare`: walks both runs' lists in the order of ids, and decides what became of each machine
//! - `comparable`: which sources' answers can be compared
//! - `gaps`: what became of the gaps of a machine that both runs have an answer for
//! - `replacements`: which newer KB replaced an older one there
//! - `known`: since when a gap has been there, and whether it was there before
//! - `tally`, `kbs`, `machine`: what is counted by class, by KB and by machine
//! - `rows`: all that changed; the changes one by one are read again where they are listed

mod base_run;
mod comparable;
mod compare;
mod gaps;
mod kbs;
mod known;
mod machine;
mod replacements;
mod rows;
mod tally;
#[cfg(test)]
pub(crate) mod tests;

pub use self::{
    base_run::{BaseRun, Figures},
    compare::Comparison,
    kbs::KbChange,
    machine::{MachineChange, MachineMoved, MachineTally},
    replacements::Replacing,
    rows::{ChangeRow, Changes},
    tally::{Change, Exposure, Tally},
};
