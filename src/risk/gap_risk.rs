//! The risk of a gap according to the feeds.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::{
    Feeds, MsrcSeverity,
    msrc::{Score, kb_number},
};
use crate::domain::kb::{ByPointer, MissingKb};

/// The maximum number of cached descriptions.
const MAX_CACHED: usize = 1 << 15;

/// The risk of a gap according to the feeds: that of the CVEs it leaves open on its machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GapRisk {
    /// The number of them that are known to be exploited; `None` if the CVEs are unknown or there is no
    /// catalogue.
    pub known_exploited: Option<u64>,
    /// The earliest date by which one of them must be closed.
    pub kev_due: Option<Date>,
    /// The worst severity.
    pub severity: Option<MsrcSeverity>,
}

impl GapRisk {
    /// Whether one of them is known to be exploited.
    pub fn is_known_exploited(self) -> bool {
        self.known_exploited > Some(0)
    }
}

impl Feeds {
    /// The risk of a gap.
    pub fn gap_risk(&self, gap: &MissingKb) -> GapRisk {
        let Some(cves) = self.cves_of(gap) else {
            return GapRisk::default();
        };
        let known = |cve| self.kev.as_ref().and_then(|kev| kev.get(cve));
        let due = cves.iter().filter_map(|cve| known(*cve)?.due);
        let mut score = Score::default();
        for cve in cves {
            score.merge(self.score(kb_number(&gap.id), *cve));
        }
        GapRisk {
            known_exploited: self.known_exploited(cves),
            kev_due: due.min(),
            severity: score.severity,
        }
    }
}

/// Computes the risk of gaps, with a cache: many machines share the same description of a KB.
#[derive(Debug)]
pub struct GapRisks<'feeds> {
    feeds: &'feeds Feeds,
    known: HashMap<ByPointer<MissingKb>, GapRisk, RandomState>,
}

impl<'feeds> GapRisks<'feeds> {
    /// With these feeds.
    pub fn new(feeds: &'feeds Feeds) -> Self {
        Self {
            feeds,
            known: HashMap::default(),
        }
    }

    /// The risk of a gap.
    pub fn of(&mut self, gap: &Arc<MissingKb>) -> GapRisk {
        if self.feeds.is_empty() && gap.cves.is_none() {
            return GapRisk::default();
        }
        if self.known.len() >= MAX_CACHED {
            self.known.clear();
        }
        let known = self.known.entry(ByPointer(Arc::clone(gap)));
        *known.or_insert_with(|| self.feeds.gap_risk(gap))
    }
}
