//! What the selector is given, and what it returns.

use jiff::Timestamp;

use super::{
    changed::NewestKbs,
    control::{ControlTotals, Difference},
    relevant::SoftwareKey,
};
use crate::domain::{
    accuracy::Accuracy, answer::Answer, machine::MachineId, software::SoftwareInventory,
};

/// Everything that the selection follows from, beside the machines.
#[derive(Debug)]
pub struct Inputs<'run> {
    /// The software of the machines.
    pub software: &'run SoftwareInventory,
    /// The keys of its sets.
    pub keys: &'run [SoftwareKey],
    /// When KBs were last listed for the first time.
    pub newest_kbs: &'run NewestKbs,
    /// The service's own count, if it is there.
    pub control: Option<ControlTotals>,
}

/// What a run may leave out, and how it is checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Whether answers are kept that cannot have changed.
    pub keeps: bool,
    /// Whether a machine's software decides whether its answer can be kept.
    pub by_software: bool,
    /// Whether answers are inferred from those of other machines.
    pub infers: bool,
    /// The share of the kept answers that is requested all the same, in per cent.
    pub recheck_kept: f64,
    /// The share of the inferred answers, likewise.
    pub recheck_inferred: f64,
    /// All machines are requested if more than this share of the answers is wrong, in per cent.
    pub max_missed: f64,
    /// The number that the random sample follows from.
    pub seed: i64,
    /// The time of the run.
    pub now: Timestamp,
}

/// Why machines are requested.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// They may have changed, or others' answers follow from theirs.
    First,
    /// Machines with the same software disagree, or did not answer.
    Disagreement,
    /// As a sample.
    Recheck,
    /// The service counts other numbers of machines.
    ControlTotals(Vec<Difference>),
    /// The sample shows that too many answers are wrong.
    TooManyMissed(Accuracy),
}

/// Machines to request.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Which, in this order; never empty.
    pub machines: Vec<MachineId>,
    /// Why.
    pub why: Why,
}

/// An answer that follows from that of another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inference {
    /// The machine.
    pub machine: MachineId,
    /// Its answer.
    pub answer: Answer,
}
