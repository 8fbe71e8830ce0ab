//! The base run: the earlier run that the current run is compared with.

use jiff::Timestamp;
use serde::Serialize;

use crate::aggregate::is_enough;

/// The run that today's run is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseRun {
    /// Its number in the store.
    pub run: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last answer arrived.
    pub finished_at: Timestamp,
    /// The number of machines on its list.
    pub machines: u64,
    /// Whether the two lists share at least half of the machines of the longer one.
    pub is_same_fleet: bool,
    /// Whether both lists contain the service's whole list: a machine on only one of them was added to the
    /// tenant, or removed from it.
    pub lists_tenant: bool,
    /// Its totals.
    pub figures: Figures,
}

impl BaseRun {
    /// Whether enough of its machines answered for a fair comparison.
    pub fn is_enough(&self) -> bool {
        is_enough(self.figures.answered, self.machines)
    }
}

/// The totals of a run that are shown next to those of another run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The number of machines with an answer.
    pub answered: u64,
    /// The number of answered machines that missed at least one KB.
    pub with_gaps: u64,
    /// The number of answered machines that missed no KB, except those without current data
    /// and those whose Windows version no longer got updates.
    #[serde(skip)]
    pub clean: u64,
    /// The number of answered machines that missed no KB because their Windows version no longer got updates;
    /// `None` without the software inventory.
    #[serde(skip)]
    pub unsupported: Option<u64>,
    /// The number of distinct missing KBs.
    pub kbs: u64,
    /// The number of gaps: pairs of a machine and a KB that it missed.
    pub gaps: u64,
    /// The CVEs addressed by the missing KBs, summed over all gaps.
    pub exposure: u64,
    /// The largest CVE sum of a single machine.
    #[serde(skip)]
    pub worst: u64,
}
