//! What a run is to ask for, and what it need not ask for any more.

use crate::machine::MachineId;

/// What there is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Machines to ask for, in this order.
    pub machines: Vec<MachineId>,
    /// Machines that the service did not know earlier in this run: they join the late
    /// passes that they have not had.
    pub unknown: Vec<Unknown>,
    /// Machines whose answers are there already.
    pub reused: u64,
    /// Some of them: when call after call fails, they tell the service from the machines.
    pub known: Vec<MachineId>,
}

/// A machine that the service did not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// The machine.
    pub machine: MachineId,
    /// Calls that were sent for it.
    pub attempts: u32,
    /// How often the service did not know it.
    pub times: u32,
}

impl Plan {
    /// All machines of the run, whatever is left to do about them.
    pub fn len(&self) -> u64 {
        self.to_ask() as u64 + self.reused
    }

    /// Whether the run is about no machine at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Machines without an answer.
    pub(super) fn to_ask(&self) -> usize {
        self.machines.len() + self.unknown.len()
    }
}
