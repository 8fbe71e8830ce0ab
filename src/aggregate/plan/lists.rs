//! The distinct lists of gaps in a fleet. Machines with the same patch level share one: memory grows with the
//! number of distinct lists, by four bytes for each of their gaps.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use crate::{
    domain::{
        answer::Answer,
        kb::{ByPointer, KbId, MissingKb, MissingKbs},
    },
    risk::Feeds,
};

/// The maximum number of cached descriptions, and of cached shared lists.
const MAX_CACHED: usize = 1 << 15;

/// Gaps of a KB that have the same weight in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct GapKind {
    kb: KbId,
    cves: u64,
    is_exploited: bool,
    due: Option<Date>,
}

/// The numbers of a machine's kinds of gaps.
type Kinds = Box<[u32]>;

/// Collects the lists of machines, machine by machine.
#[derive(Debug, Default)]
pub(in crate::aggregate) struct GapLists {
    kinds: HashMap<GapKind, u32, RandomState>,
    /// The kinds of the cached descriptions.
    known: HashMap<ByPointer<MissingKb>, u32, RandomState>,
    /// Shared lists, each with the number of machines that have it so far.
    shared: HashMap<ByPointer<[Arc<MissingKb>]>, u64, RandomState>,
    /// Each list, with the number of machines that have it.
    lists: HashMap<Kinds, u64, RandomState>,
}

/// The distinct lists of gaps in a fleet.
#[derive(Debug, Default)]
pub(super) struct DistinctLists {
    kinds: Vec<Gap>,
    pub(super) all: Vec<List>,
}

/// Machines with the same gaps.
#[derive(Debug)]
pub(super) struct List {
    kinds: Kinds,
    pub(super) machines: u64,
}

/// A gap of each of these machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// The index of its KB among the fleet's.
    pub(super) kb: usize,
    /// The number of CVEs that it leaves open.
    pub(super) cves: u64,
    /// Whether one of them is known to be exploited.
    pub(super) is_exploited: bool,
    /// The earliest date by which CISA requires one of them to be closed.
    pub(super) due: Option<Date>,
}

impl DistinctLists {
    /// The gaps of a list.
    pub(super) fn gaps<'lists>(
        &'lists self,
        list: &'lists List,
    ) -> impl Iterator<Item = Gap> + 'lists {
        list.kinds.iter().map(|kind| self.kinds[*kind as usize])
    }
}

impl GapLists {
    /// Adds the gaps of a machine, except accepted ones. `accepted` is empty if no gap can be accepted.
    pub(in crate::aggregate) fn record(
        &mut self,
        answer: &Answer,
        accepted: &[bool],
        feeds: &Feeds,
    ) {
        let missing = &answer.missing;
        if missing.is_empty() {
            return;
        }
        if accepted.contains(&true) {
            let open = missing.iter().zip(accepted).filter(|(_, is)| !**is);
            self.add(open.map(|(gap, _)| gap), 1, feeds);
        } else if missing.is_shared() {
            self.add_shared(missing, feeds);
        } else {
            self.add(missing.iter(), 1, feeds);
        }
    }

    fn add_shared(&mut self, missing: &MissingKbs, feeds: &Feeds) {
        match self.shared.entry(missing.by_pointer()) {
            Entry::Occupied(mut machines) => *machines.get_mut() += 1,
            Entry::Vacant(new) => {
                new.insert(1);
            }
        }
        if self.shared.len() >= MAX_CACHED {
            self.merge_shared(feeds);
        }
    }

    fn merge_shared(&mut self, feeds: &Feeds) {
        for (ByPointer(list), machines) in std::mem::take(&mut self.shared) {
            self.add(list.iter(), machines, feeds);
        }
    }

    fn add<'gap>(
        &mut self,
        gaps: impl Iterator<Item = &'gap Arc<MissingKb>>,
        machines: u64,
        feeds: &Feeds,
    ) {
        let kinds: Kinds = gaps.map(|gap| self.kind(gap, feeds)).collect();
        *self.lists.entry(kinds).or_default() += machines;
    }

    fn kind(&mut self, gap: &Arc<MissingKb>, feeds: &Feeds) -> u32 {
        let same = ByPointer(Arc::clone(gap));
        if let Some(kind) = self.known.get(&same) {
            return *kind;
        }
        let risk = feeds.gap_risk(gap);
        let kind = GapKind {
            kb: gap.id.clone(),
            cves: gap.cve_addressed,
            is_exploited: risk.is_known_exploited(),
            due: risk.kev_due,
        };
        let next = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
        let kind = *self.kinds.entry(kind).or_insert(next);
        if self.known.len() >= MAX_CACHED {
            self.known.clear();
        }
        self.known.insert(same, kind);
        kind
    }

    /// The lists, in no particular order, given the index of each KB.
    pub(super) fn finish(mut self, indexes: &HashMap<KbId, usize>, feeds: &Feeds) -> DistinctLists {
        self.merge_shared(feeds);
        let mut kinds = vec![Gap::default(); self.kinds.len()];
        for (kind, number) in self.kinds {
            kinds[number as usize] = Gap {
                kb: indexes.get(&kind.kb).copied().unwrap_or_default(),
                cves: kind.cves,
                is_exploited: kind.is_exploited,
                due: kind.due,
            };
        }
        let lists = self
            .lists
            .into_iter()
            .filter(|(kinds, _)| !kinds.is_empty());
        let lists = lists.map(|(kinds, machines)| List { kinds, machines });
        DistinctLists {
            kinds,
            all: lists.collect(),
        }
    }
}
