//! What the feeds say of a gap.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::{
    Feeds, MsrcSeverity,
    msrc::{Score, kb_number},
};
use crate::domain::kb::{ByPointer, MissingKb};

/// The most descriptions whose risk is remembered.
const MOST_KEPT: usize = 1 << 15;

/// What the feeds say of a gap: of the CVEs that it leaves open on its machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GapRisk {
    /// How many of them are known to be exploited; `None` if the CVEs or the catalogue are not known.
    pub known_exploited: Option<u64>,
    /// The earliest date by which one of them is to be closed.
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
    /// What they say of a gap.
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

/// What the feeds say of gaps. Many machines share the very same description of a KB.
#[derive(Debug)]
pub struct GapRisks<'feeds> {
    feeds: &'feeds Feeds,
    known: HashMap<ByPointer<MissingKb>, GapRisk, RandomState>,
}

impl<'feeds> GapRisks<'feeds> {
    /// What these feeds say.
    pub fn new(feeds: &'feeds Feeds) -> Self {
        Self {
            feeds,
            known: HashMap::default(),
        }
    }

    /// What they say of a gap.
    pub fn of(&mut self, gap: &Arc<MissingKb>) -> GapRisk {
        if self.feeds.is_empty() && gap.cves.is_none() {
            return GapRisk::default();
        }
        if self.known.len() >= MOST_KEPT {
            self.known.clear();
        }
        let known = self.known.entry(ByPointer(Arc::clone(gap)));
        *known.or_insert_with(|| self.feeds.gap_risk(gap))
    }
}
