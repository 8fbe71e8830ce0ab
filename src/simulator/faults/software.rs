//! The faults of the software inventory, and of what follows from it.

use super::{CallFaults, FileFaults};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// An oddity of the tenant's software inventory.
    pub enum SoftwareOddity {
        /// An export is refused: 403. Pages are not.
        NoExport = "software-no-export",
        /// The export was made the day before, and contains nothing later.
        OldExport = "software-export-old",
        /// The keys of rows are in other cases.
        OtherCase = "software-other-case",
    }
}

/// The faults of the software inventory that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoftwareFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// Those of its files.
    pub files: FileFaults,
    /// The oddities of the whole inventory.
    pub oddities: Vec<SoftwareOddity>,
    /// The number of additional rows whose id is not valid, as a share of all rows.
    pub bad_ids: f64,
    /// Share of the machines without rows.
    pub absent: f64,
}

/// The machines whose answers do not follow from versions; by default, none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exceptions {
    /// Share of the machines that miss an update although their versions contain it, or do not
    /// miss one that they lack, from 0 to 1.
    pub half_installed: f64,
    /// Share of the updates that address no CVE.
    pub without_cves: f64,
    /// Whether no two machines have the same versions.
    pub all_different: bool,
    /// Whether the missing KBs of a machine are independent of its versions.
    pub random_answers: bool,
}

impl SoftwareFaults {
    /// Whether the machine has no rows.
    pub(in crate::simulator) fn is_absent(&self, seed: u64, machine: &str) -> bool {
        self.absent > 0.0 && chance(seed, "no software", machine, 0).f64() < self.absent
    }

    pub(in crate::simulator) fn has(&self, oddity: SoftwareOddity) -> bool {
        self.oddities.contains(&oddity)
    }
}
