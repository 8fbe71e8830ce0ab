//! What changed since an earlier run, the base: every gap of both runs is in exactly one class.
//!
//! An unanswered gap never counts as resolved: the gaps of a machine without an answer are carried over, and
//! those of a machine that is no longer on the list are out of scope. The module does no I/O except through
//! [`History`](crate::domain::gaps::History), which reads earlier answers again.
//!
//! - `base_run`: the earlier run, with its totals
//! - `compare`: walks both runs' lists in the order of ids, and classifies each machine
//! - `comparable`: which answers can be compared: a change of source is not a change
//! - `figures`: the figures of an earlier run, counted from its answers
//! - `gaps`: changes in the gaps of a machine that has an answer in both runs
//! - `replacements`: which newer KB replaced an older one on a machine
//! - `tally`, `kbs`, `machine`: counts by class, by KB and by machine
//! - `time_to_patch`: how long it takes machines to get the updates of a month
//! - `rows`: all changes; single changes are read again when they are listed

mod base_run;
mod comparable;
mod compare;
mod figures;
mod gaps;
mod kbs;
mod machine;
mod replacements;
mod rows;
mod tally;
#[cfg(test)]
pub(crate) mod tests;
mod time_to_patch;

pub use self::{
    base_run::{BaseRun, Figures},
    compare::Comparison,
    figures::FiguresCounter,
    kbs::KbChange,
    machine::{MachineChange, MachineMoved, MachineTally},
    replacements::Replacing,
    rows::{ChangeRow, Changes},
    tally::{Change, Exposure, InferredChanges, Tally},
    time_to_patch::{RunReleases, Start, StillMissing, TimeToPatch, time_to_patch},
};
