//! The faults of software vulnerabilities: in bulk, as changes, and in hunting.

use super::{CallFaults, FileFaults};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// An oddity of the export of software vulnerabilities, in files and in pages.
    pub enum ExportOddity {
        /// Files are refused: 403. Pages are not.
        NoFiles = "export-no-files",
        /// The keys of rows are in other cases.
        OtherCase = "export-other-case",
    }
}

/// The faults of the export of software vulnerabilities that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// Those of its files.
    pub files: FileFaults,
    /// The oddities of the whole export.
    pub oddities: Vec<ExportOddity>,
    /// The number of additional rows whose id is not valid, as a share of all rows.
    pub bad_ids: f64,
    /// The number of hours by which it is too old; for each whole day, it lacks one night.
    pub stale_hours: u32,
}

/// The faults of the changes of software vulnerabilities that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangesFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// Share of the machines whose changes are omitted.
    pub incomplete: f64,
    /// The number of additional changes with an undocumented status, as a share of all changes.
    pub bad_status: f64,
}

/// The faults of hunting that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HuntingFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// The maximum number of rows in an answer, if lower than usual.
    pub most_rows: Option<u32>,
}

impl ExportFaults {
    pub(in crate::simulator) fn has(&self, oddity: ExportOddity) -> bool {
        self.oddities.contains(&oddity)
    }
}

impl ChangesFaults {
    /// Whether the changes of the machine are omitted.
    pub(in crate::simulator) fn leaves_out(&self, seed: u64, machine: &str) -> bool {
        let drawn = chance(seed, "changes left out", machine, 0).f64();
        self.incomplete > 0.0 && drawn < self.incomplete
    }
}
