//! The number of answers by where they come from.

use serde::Serialize;

use super::MachineRow;
use crate::domain::answer::Provenance;

/// The number of answered machines by where their answers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCounts {
    /// Answers of calls of this run.
    pub calls: u64,
    /// Answers of calls of earlier runs.
    pub kept: u64,
    /// Answers of calls for other machines.
    pub inferred: u64,
    /// Answers of the export of software vulnerabilities.
    pub export: u64,
    /// Answers of hunting queries.
    pub hunting: u64,
}

impl SourceCounts {
    pub(super) fn of(machines: &[MachineRow]) -> Self {
        let mut counts = Self::default();
        for answered in machines.iter().flat_map(|it| &it.result) {
            match answered.provenance() {
                Provenance::Calls => counts.calls += 1,
                Provenance::Kept => counts.kept += 1,
                Provenance::Inferred => counts.inferred += 1,
                Provenance::Export => counts.export += 1,
                Provenance::Hunting => counts.hunting += 1,
            }
        }
        counts
    }

    /// Whether every answer comes from a call of this run.
    pub const fn is_all_calls(self) -> bool {
        self.kept == 0 && self.inferred == 0 && self.export == 0 && self.hunting == 0
    }
}
