//! The run that today is compared with.

use jiff::Timestamp;
use serde::Serialize;

use crate::aggregate::is_enough;

/// The run that today is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseRun {
    /// Its number in the store.
    pub run: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last answer was in.
    pub finished_at: Timestamp,
    /// Machines of its list.
    pub machines: u64,
    /// Whether its list and today's share at least half of the longer one's machines.
    pub is_same_fleet: bool,
    /// What it came to.
    pub figures: Figures,
}

impl BaseRun {
    /// Whether enough of its machines answered for a fair comparison.
    pub fn is_enough(&self) -> bool {
        is_enough(self.figures.answered, self.machines)
    }
}

/// The figures of a run that stand beside those of another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Machines with an answer.
    pub answered: u64,
    /// Those among them that missed something.
    pub with_gaps: u64,
    /// Distinct missing KBs.
    pub kbs: u64,
    /// Pairs of a machine and a KB that it missed.
    pub gaps: u64,
    /// CVEs that the missing KBs address, summed over all gaps.
    pub exposure: u64,
    /// The largest sum of one machine.
    #[serde(skip)]
    pub worst: u64,
}
