//! What changed since an earlier run, the base: every gap of both runs is in exactly one class.
//!
//! An unanswered gap never counts as resolved: the gaps of a machine without an answer are carried
//! over, and those of a machine that is no longer on the list are out of scope. The module is pure,
//! except for [`History`](crate::domain::gaps::History), which reads earlier answers again.
//!
//! - `compare`: walks both runs' lists in the order of ids, and classifies each machine
//! - `comparable`: which sources' answers can be compared
//! - `gaps`: changes in the gaps of a machine that both runs have an answer for
//! - `replacements`: which newer KB replaced an older one on a machine
//! - `past`: since when a gap has been present, and whether it was present before
//! - `tally`, `kbs`, `machine`: counts by class, by KB and by machine
//! - `rows`: all changes; single changes are read again when they are listed

mod base_run;
mod comparable;
mod compare;
mod gaps;
mod kbs;
mod machine;
mod past_gaps;
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
