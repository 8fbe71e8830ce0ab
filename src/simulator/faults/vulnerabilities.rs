//! What can go wrong with the software vulnerabilities: in bulk, as changes, and by hunting.

use super::{CallFaults, FileFaults};
use crate::{domain::words::words, simulator::chance::chance};

words! {
    /// What is odd about the export of software vulnerabilities, in files and in pages.
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
    /// What is odd about all of it.
    pub oddities: Vec<ExportOddity>,
    /// For so many rows, in relation to all, there is one more whose id is not an id.
    pub bad_ids: f64,
    /// By how many hours it is older than it should be; with each whole day, it knows one night
    /// less.
    pub stale_hours: u32,
}

/// The faults of the changes of software vulnerabilities that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangesFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// Share of the machines whose changes are left out.
    pub incomplete: f64,
    /// For so many changes, in relation to all, there is one more with a status that no document
    /// knows.
    pub bad_status: f64,
}

/// The faults of hunting that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HuntingFaults {
    /// Those of its calls.
    pub calls: CallFaults,
    /// The most rows of an answer, if fewer than usual.
    pub most_rows: Option<u32>,
}

impl ExportFaults {
    pub(in crate::simulator) fn has(&self, oddity: ExportOddity) -> bool {
        self.oddities.contains(&oddity)
    }
}

impl ChangesFaults {
    /// Whether the changes of the machine are left out.
    pub(in crate::simulator) fn leaves_out(&self, seed: u64, machine: &str) -> bool {
        let drawn = chance(seed, "changes left out", machine, 0).f64();
        self.incomplete > 0.0 && drawn < self.incomplete
    }
}
