//! Earlier runs, as the reports show them.

use std::io;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{
    aggregate::is_enough,
    changes::{ChangeRow, Changes},
    domain::{
        accuracy::Accuracy,
        gaps::History,
        kb::{KbCount, KbId},
    },
    report::time::rfc3339,
};

/// What changed since an earlier run.
#[derive(Debug, Clone, Copy)]
pub struct Past<'run> {
    /// What changed.
    pub changes: &'run Changes,
    /// The store's history, from which the answers are read again.
    pub history: &'run dyn History,
}

impl Past<'_> {
    /// Calls `take` with every listed change, by machine id, then by KB id.
    pub fn for_each_change(
        &self,
        take: &mut dyn FnMut(ChangeRow) -> io::Result<()>,
    ) -> io::Result<()> {
        self.changes.for_each(self.history, take)
    }
}

/// The figures of one run in a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// The run's number in the store.
    pub run: i64,
    /// When the run started.
    #[serde(serialize_with = "to_the_second")]
    pub started_at: Timestamp,
    /// The number of machines on its list.
    pub machines: u64,
    /// The number of machines that answered.
    pub answered: u64,
    /// The number of answered machines with missing KBs.
    pub with_gaps: u64,
    /// The number of answered machines without missing KBs, with current data and a Windows that got updates.
    pub clean: u64,
    /// The number of answered machines without missing KBs because their Windows got no more updates;
    /// `None` if the run had no software inventory.
    pub unsupported: Option<u64>,
    /// The number of distinct missing KBs.
    pub kbs: u64,
    /// The number of (machine, missing KB) pairs.
    pub gaps: u64,
    /// The number of CVEs addressed by the missing KBs, summed over all gaps.
    pub exposure: u64,
    /// The number of gaps known to be exploited; `None` without the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_exploited: Option<u64>,
    /// The sample that measured how often kept and inferred answers were wrong; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rechecked: Option<Accuracy>,
}

/// How many machines missed each KB in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunKbs {
    /// The run's number in the store.
    pub run: i64,
    /// When the run started.
    pub started_at: Timestamp,
    /// The KBs by id.
    pub kbs: Vec<KbCount>,
}

impl RunKbs {
    /// The counts of a KB; `None` if no machine missed it.
    pub(in crate::report) fn of(&self, id: &KbId) -> Option<&KbCount> {
        let kbs = &self.kbs;
        let place = kbs.binary_search_by(|it| it.id.as_str().cmp(id.as_str()));
        place.ok().map(|at| &kbs[at])
    }
}

impl TrendPoint {
    /// Whether too few machines answered for the figures to be comparable with other runs.
    pub fn is_partial(&self) -> bool {
        !is_enough(self.answered, self.machines)
    }
}

fn to_the_second<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}
