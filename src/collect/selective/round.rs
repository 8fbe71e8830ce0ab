//! The selector's input and output.

use jiff::Timestamp;

use super::{
    changed::NewestKbs,
    control::{ControlTotals, Difference},
    relevant::SoftwareKey,
};
use crate::domain::{
    accuracy::Accuracy, answer::Answer, machine::MachineId, software::SoftwareInventory,
};

/// The input of the selection, in addition to the machines.
#[derive(Debug)]
pub struct Inputs<'run> {
    /// The software of the machines.
    pub software: &'run SoftwareInventory,
    /// The keys of its sets.
    pub keys: &'run [SoftwareKey],
    /// The time at which KBs were most recently listed for the first time.
    pub newest_kbs: &'run NewestKbs,
    /// The service's own count, if it is there.
    pub control: Option<ControlTotals>,
}

/// Which machines a run may skip, and how that is checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Whether answers are kept that cannot have changed.
    pub keeps: bool,
    /// Whether a machine's software decides whether its answer can be kept.
    pub by_software: bool,
    /// Whether answers are inferred from those of other machines.
    pub infers: bool,
    /// The share of the kept answers that is rechecked, in percent.
    pub recheck_kept: f64,
    /// The share of the inferred answers that is rechecked, in percent.
    pub recheck_inferred: f64,
    /// All machines are requested if more than this share of the answers is wrong, in percent.
    pub max_missed: f64,
    /// The seed of the random sample.
    pub seed: i64,
    /// The time of the run.
    pub now: Timestamp,
}

/// Why the machines of a round are requested.
#[derive(Debug, Clone, PartialEq)]
pub enum RoundReason {
    /// They may have changed, or the answers of others are inferred from theirs.
    First,
    /// Machines with the same software disagree, or did not answer.
    Disagreement,
    /// As a sample.
    Recheck,
    /// The service's counts differ.
    ControlTotals(Vec<Difference>),
    /// The sample shows that too many answers are wrong.
    TooManyMissed(Accuracy),
}

/// Machines to request.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// The machines in this order; never empty.
    pub machines: Vec<MachineId>,
    /// The reason.
    pub why: RoundReason,
}

/// An answer inferred from that of another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inference {
    /// The machine.
    pub machine: MachineId,
    /// Its answer.
    pub answer: Answer,
}
