//! The number of distinct CVEs of a machine, and what is known to be exploited in the fleet.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;

use super::policy::PolicyFigures;
use crate::{
    domain::{
        answer::{Answer, Source},
        cve::CveId,
        kb::{ByPointer, MissingKb},
    },
    risk::Feeds,
};

/// The maximum number of cached lists of gaps.
const MAX_CACHED_LISTS: usize = 1 << 12;

/// The gaps that are known to be exploited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct KnownExploited {
    /// The missing KBs that address at least one such CVE.
    pub kbs: u64,
    /// The gaps of these KBs where the machine has such a CVE.
    pub gaps: u64,
    /// The machines with at least one such gap.
    pub machines: u64,
    /// The CVEs themselves.
    pub cves: u64,
    /// The number of these gaps whose risk is accepted; `None` without a file of exceptions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<u64>,
    /// The machines with such a gap whose risk is not accepted.
    #[serde(skip)]
    pub open_machines: u64,
}

impl KnownExploited {
    /// Adds the figures about accepted gaps.
    pub(super) fn with_policy(self, policy: &PolicyFigures) -> Self {
        if !policy.has_exceptions() {
            return self;
        }
        Self {
            accepted: Some(policy.accepted_exploited),
            open_machines: policy.open_exploited_machines,
            ..self
        }
    }

    /// The number of these gaps whose risk is not accepted.
    pub fn open_gaps(&self) -> u64 {
        self.gaps.saturating_sub(self.accepted.unwrap_or(0))
    }
}

/// A number of CVEs that may be unknown, in four bytes, because there may be a million machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CveCount(u32);

impl CveCount {
    const UNKNOWN: Self = Self(u32::MAX);

    pub(super) fn get(self) -> Option<u64> {
        (self != Self::UNKNOWN).then_some(self.0.into())
    }
}

impl Default for CveCount {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl From<Option<u64>> for CveCount {
    fn from(count: Option<u64>) -> Self {
        let most = u64::from(u32::MAX - 1);
        let count = count.and_then(|it| u32::try_from(it.min(most)).ok());
        count.map_or(Self::UNKNOWN, Self)
    }
}

/// The distinct CVEs over all missing KBs of a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MachineCves {
    pub(super) distinct: CveCount,
    pub(super) known_exploited: CveCount,
}

/// Counts the CVEs machine by machine.
#[derive(Debug, Default)]
pub(super) struct CveCounter {
    pub(super) feeds: Arc<Feeds>,
    kept: HashMap<ByPointer<[Arc<MissingKb>]>, MachineCves, RandomState>,
    /// The CVEs of the current machine.
    cves: Vec<CveId>,
    /// The machines with a CVE that is known to be exploited.
    exploited_machines: u64,
}

impl CveCounter {
    pub(super) fn new(feeds: Arc<Feeds>) -> Self {
        Self {
            feeds,
            ..Self::default()
        }
    }

    /// The CVEs of a machine with this answer.
    pub(super) fn record(&mut self, answer: &Answer) -> MachineCves {
        let cves = if answer.missing.is_shared() {
            self.kept(answer)
        } else {
            self.count(answer)
        };
        let is_exploited = cves.known_exploited.get().is_some_and(|it| it > 0);
        self.exploited_machines += u64::from(is_exploited);
        cves
    }

    fn kept(&mut self, answer: &Answer) -> MachineCves {
        let list = answer.missing.by_pointer();
        if let Some(cves) = self.kept.get(&list).filter(|_| !answer.missing.is_empty()) {
            return *cves;
        }
        let cves = self.count(answer);
        if self.kept.len() >= MAX_CACHED_LISTS {
            self.kept.clear();
        }
        self.kept.insert(list, cves);
        cves
    }

    fn count(&mut self, answer: &Answer) -> MachineCves {
        self.cves.clear();
        let mut is_known = answer.missing.is_empty() && self.knows_all(answer.source);
        for cves in answer
            .missing
            .iter()
            .filter_map(|gap| self.feeds.cves_of(gap))
        {
            is_known = true;
            self.cves.extend_from_slice(cves);
        }
        self.cves.sort_unstable();
        self.cves.dedup();
        let exploited = self.feeds.known_exploited(&self.cves);
        MachineCves {
            distinct: is_known.then_some(self.cves.len() as u64).into(),
            known_exploited: exploited.filter(|_| is_known).into(),
        }
    }

    /// Whether the CVEs of answers from this source are known, so that an answer without gaps has no CVEs.
    fn knows_all(&self, source: Source) -> bool {
        self.feeds.msrc().is_some() || matches!(source, Source::Export | Source::Hunting)
    }

    /// The known exploited gaps, given the number of such gaps of each KB and the CVEs of all KBs; `None`
    /// without the catalogue.
    pub(super) fn finish(
        &self,
        gaps: impl Iterator<Item = u64>,
        cves: &[CveId],
    ) -> Option<KnownExploited> {
        let of_kbs: Vec<u64> = gaps.filter(|gaps| *gaps > 0).collect();
        Some(KnownExploited {
            kbs: of_kbs.len() as u64,
            gaps: of_kbs.iter().sum(),
            machines: self.exploited_machines,
            cves: self.feeds.known_exploited(cves)?,
            accepted: None,
            open_machines: self.exploited_machines,
        })
    }
}

/// The CVEs of a KB on any machine.
#[derive(Debug, Clone, Default)]
pub(super) struct KbCves(Option<HashSet<CveId, RandomState>>);

impl KbCves {
    pub(super) fn add(&mut self, cves: Option<&[CveId]>) {
        if let Some(cves) = cves {
            self.0.get_or_insert_default().extend(cves);
        }
    }

    /// Sorted; `None` if no source names them.
    pub(super) fn sorted(self) -> Option<Vec<CveId>> {
        let mut cves: Vec<CveId> = self.0?.into_iter().collect();
        cves.sort_unstable();
        Some(cves)
    }
}
