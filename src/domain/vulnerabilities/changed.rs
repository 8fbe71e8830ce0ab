//! The machines whose vulnerabilities changed.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::domain::{bulk::RowCounts, machine::MachineId};

/// The machines that rows about changes name.
#[derive(Debug, Default)]
pub struct ChangedMachines {
    /// How many rows there are.
    pub counts: RowCounts,
    /// The machines with a change of a vulnerability that an update addresses.
    pub machines: HashSet<MachineId, RandomState>,
}
