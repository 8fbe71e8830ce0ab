//! The machines whose vulnerabilities changed.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::domain::{bulk::RowCounts, machine::MachineId};

/// The machines named in rows about changes.
#[derive(Debug, Default)]
pub struct ChangedMachines {
    /// The number of rows.
    pub counts: RowCounts,
    /// The machines with a changed vulnerability that an update addresses.
    pub machines: HashSet<MachineId, RandomState>,
}
