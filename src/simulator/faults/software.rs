//! What can go wrong with the software inventory, and with what follows from it.

use super::{CallFaults, FileFaults};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// What is odd about the software inventory of the tenant.
    pub enum SoftwareOddity {
        /// An export is refused: 403. Pages are not.
        NoExport = "software-no-export",
        /// The export was made the day before, and knows nothing later.
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
    /// What is odd about all of it.
    pub oddities: Vec<SoftwareOddity>,
    /// For so many rows, in relation to all, there is one more whose id is not an id.
    pub bad_ids: f64,
    /// Share of the machines of which there is no row.
    pub absent: f64,
}

/// How far answers follow from versions: by default, on every machine.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exceptions {
    /// Share of the machines that miss an update although their versions contain it, or do not
    /// miss one that they lack, from 0 to 1.
    pub half_installed: f64,
    /// Share of the updates that address no CVE.
    pub without_cves: f64,
    /// Whether no two machines have the same versions.
    pub all_different: bool,
    /// Whether what a machine misses has nothing to do with its versions.
    pub random_answers: bool,
}

impl SoftwareFaults {
    /// Whether there is no row of the machine.
    pub(in crate::simulator) fn is_absent(&self, seed: u64, machine: &str) -> bool {
        self.absent > 0.0 && chance(seed, "no software", machine, 0).f64() < self.absent
    }

    pub(in crate::simulator) fn has(&self, oddity: SoftwareOddity) -> bool {
        self.oddities.contains(&oddity)
    }
}
