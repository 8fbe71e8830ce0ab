//! Earlier runs, as far as reports tell of them.

use std::io;

use jiff::Timestamp;

use crate::{
    aggregate::is_enough,
    changes::{ChangeRow, Changes},
    domain::gaps::History,
};

/// What changed since an earlier run.
#[derive(Debug, Clone, Copy)]
pub struct Past<'run> {
    /// What changed.
    pub changes: &'run Changes,
    /// Where the answers are read again.
    pub history: &'run dyn History,
}

impl Past<'_> {
    /// Calls `take` with every change that is listed, by machine id, then by KB id.
    pub fn for_each_change(
        &self,
        take: &mut dyn FnMut(ChangeRow) -> io::Result<()>,
    ) -> io::Result<()> {
        self.changes.for_each(self.history, take)
    }
}

/// The figures of one run among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendPoint {
    /// Its number in the store.
    pub run: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// Machines of its list.
    pub machines: u64,
    /// Those among them with an answer.
    pub answered: u64,
    /// Those among these that missed something.
    pub with_gaps: u64,
    /// Distinct missing KBs.
    pub kbs: u64,
    /// Pairs of a machine and a KB that it missed.
    pub gaps: u64,
    /// CVEs that the missing KBs address, summed over all gaps.
    pub exposure: u64,
}

impl TrendPoint {
    /// Whether too few machines answered for its figures to stand beside those of other runs.
    pub fn is_partial(&self) -> bool {
        !is_enough(self.answered, self.machines)
    }
}
