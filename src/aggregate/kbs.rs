//! Figures per KB, combined from all machines that miss it.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::{
    RankBy,
    ages::{Ages, HalfDays},
    risk::KbCves,
};
use crate::{
    domain::{
        cve::CveId,
        kb::{ByPointer, KbId, MissingKb},
        release::ReleaseMonth,
    },
    risk::{Feeds, KbRisk},
};

/// An update that at least one machine misses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KbRow {
    /// Its rank among the KBs, starting at 1.
    pub rank: usize,
    /// Which update.
    pub id: KbId,
    /// The bundle's title: the smallest non-empty text.
    pub name: Option<Arc<str>>,
    /// The catalogue page: the smallest non-empty text.
    pub url: Option<Arc<str>>,
    /// The number of CVEs that it addresses: the largest over the machines. It differs between
    /// machines, and is never summed.
    pub cve_addressed: u64,
    /// The smallest of those numbers.
    pub cve_addressed_min: u64,
    /// The number of machines that miss it.
    pub machines_missing: u64,
    /// The sum of `cve_addressed` over those machines.
    pub exposure: u64,
    /// The largest number of machines reported by the service itself.
    pub machine_missed_on: Option<u64>,
    /// The products that it patches on any of the machines, sorted and without duplicates.
    pub products: BTreeSet<Arc<str>>,
    /// Since when the oldest of its gaps has been open.
    pub oldest_since: Timestamp,
    /// The median age of its gaps.
    pub median_age: HalfDays,
    /// The risk of its CVEs.
    pub risk: KbRisk,
    /// Its distinct CVEs, where known.
    pub cves: Option<Box<[CveId]>>,
    /// The number of machines on which another missing update covers it.
    pub covered_on: u64,
    /// The number of its gaps that are known to be exploited.
    pub exploited: u64,
    /// The number of these whose risk is accepted.
    pub exploited_accepted: u64,
    /// The number of its gaps whose risk is accepted.
    pub accepted: u64,
    /// The number of its gaps that are overdue.
    pub overdue: u64,
}

impl KbRow {
    /// Whether it is known to be exploited only where its risk is accepted.
    pub fn is_exploitation_accepted(&self) -> bool {
        self.exploited > 0 && self.exploited_accepted == self.exploited
    }

    fn of(gap: &MissingKb) -> Self {
        Self {
            rank: 0,
            id: gap.id.clone(),
            name: None,
            url: None,
            cve_addressed: gap.cve_addressed,
            cve_addressed_min: gap.cve_addressed,
            machines_missing: 0,
            exposure: 0,
            machine_missed_on: None,
            products: BTreeSet::new(),
            oldest_since: Timestamp::MAX,
            median_age: HalfDays::default(),
            risk: KbRisk::default(),
            cves: None,
            covered_on: 0,
            exploited: 0,
            exploited_accepted: 0,
            accepted: 0,
            overdue: 0,
        }
    }

    /// Adds a description of this KB, and its gaps.
    fn record(&mut self, gap: &MissingKb, counted: &Counted) {
        let machines = counted.ages.gaps();
        self.oldest_since = self.oldest_since.min(counted.oldest_since);
        keep_smaller(&mut self.name, gap.name.as_ref());
        keep_smaller(&mut self.url, gap.url.as_ref());
        self.cve_addressed = self.cve_addressed.max(gap.cve_addressed);
        self.cve_addressed_min = self.cve_addressed_min.min(gap.cve_addressed);
        self.machines_missing += machines;
        let exposure = gap.cve_addressed.saturating_mul(machines);
        self.exposure = self.exposure.saturating_add(exposure);
        self.machine_missed_on = self.machine_missed_on.max(gap.machine_missed_on);
        for product in &gap.products {
            if !self.products.contains(product) {
                self.products.insert(Arc::clone(product));
            }
        }
    }
}

/// Keeps the smaller of two texts; an empty text counts as missing.
fn keep_smaller(kept: &mut Option<Arc<str>>, text: Option<&Arc<str>>) {
    if let Some(text) = text.filter(|text| !text.is_empty())
        && kept.as_ref().is_none_or(|kept| text < kept)
    {
        *kept = Some(Arc::clone(text));
    }
}

/// The maximum number of descriptions counted before they are merged.
const MAX_PENDING: usize = 1 << 15;
/// The maximum size of those descriptions in memory, in bytes, in case they are unusually long.
const MAX_PENDING_WEIGHT: usize = 16 << 20;

/// Counts the KBs of a fleet while answers arrive. Many machines share the same description of a KB: these
/// gaps are only counted, and merged once.
#[derive(Debug, Default)]
pub(super) struct KbCounter {
    pending: HashMap<ByPointer<MissingKb>, Counted, RandomState>,
    /// Their size in memory, in bytes.
    weight: usize,
    kbs: HashMap<KbId, Kb>,
    feeds: Arc<Feeds>,
}

/// A KB while its descriptions arrive.
#[derive(Debug)]
struct Kb {
    row: KbRow,
    ages: Ages,
    cves: KbCves,
}

impl Kb {
    fn of(gap: &MissingKb) -> Self {
        Self {
            row: KbRow::of(gap),
            ages: Ages::default(),
            cves: KbCves::default(),
        }
    }
}

/// The KBs of a fleet, in no particular order.
pub(super) struct CountedKbs {
    pub(super) rows: Vec<KbRow>,
    /// The CVEs of all KBs.
    pub(super) cves: Vec<CveId>,
}

/// The gaps with the same description.
#[derive(Debug)]
struct Counted {
    month: Option<ReleaseMonth>,
    ages: Ages,
    oldest_since: Timestamp,
}

impl KbCounter {
    /// Counts KBs, with the risk according to these feeds.
    pub(super) fn new(feeds: Arc<Feeds>) -> Self {
        Self {
            feeds,
            ..Self::default()
        }
    }

    /// Adds one gap of one machine, with the time and the number of days it has been open. Returns the month
    /// in the KB's name.
    pub(super) fn record(
        &mut self,
        gap: &Arc<MissingKb>,
        since: Timestamp,
        days: u32,
    ) -> Option<ReleaseMonth> {
        let counted = self
            .pending
            .entry(ByPointer(Arc::clone(gap)))
            .or_insert_with(|| {
                self.weight += gap.weight();
                Counted {
                    month: gap.name.as_deref().and_then(ReleaseMonth::from_name),
                    ages: Ages::default(),
                    oldest_since: since,
                }
            });
        counted.ages.add(days);
        counted.oldest_since = counted.oldest_since.min(since);
        let month = counted.month;
        if self.pending.len() > MAX_PENDING || self.weight > MAX_PENDING_WEIGHT {
            self.merge_pending();
        }
        month
    }

    fn merge_pending(&mut self) {
        self.weight = 0;
        for (ByPointer(gap), counted) in self.pending.drain() {
            let kb = self.kbs.entry(gap.id.clone());
            let kb = kb.or_insert_with(|| Kb::of(&gap));
            kb.row.record(&gap, &counted);
            let cves = self.feeds.cves_of(&gap);
            let exploited = cves.and_then(|it| self.feeds.known_exploited(it));
            if exploited > Some(0) {
                kb.row.exploited += counted.ages.gaps();
            }
            kb.cves.add(cves);
            kb.ages.merge(counted.ages);
        }
    }

    /// One row per KB.
    pub(super) fn finish(mut self) -> CountedKbs {
        self.merge_pending();
        let mut all = KbCves::default();
        let rows = self.kbs.into_values().map(|kb| {
            let cves = kb.cves.sorted();
            all.add(cves.as_deref());
            KbRow {
                median_age: kb.ages.median(),
                risk: self.feeds.kb_risk(&kb.row.id, cves.as_deref()),
                cves: cves.map(Into::into),
                ..kb.row
            }
        });
        CountedKbs {
            rows: rows.collect(),
            cves: all.sorted().unwrap_or_default(),
        }
    }
}

/// Sorts the KBs in the requested order and sets their ranks.
pub(super) fn rank(kbs: &mut [KbRow], rank_by: RankBy) {
    kbs.sort_unstable_by(|one, other| compare(one, other, rank_by));
    for (rank, kb) in (1..).zip(kbs) {
        kb.rank = rank;
    }
}

/// Whether a KB comes before another in this order.
pub(super) fn compare(one: &KbRow, other: &KbRow, rank_by: RankBy) -> Ordering {
    let key = |kb: &KbRow| Reverse(sort_key(kb, rank_by));
    let order = key(one).cmp(&key(other));
    order.then_with(|| one.id.cmp(&other.id))
}

/// The figures that a KB is sorted by, the most significant first.
fn sort_key(kb: &KbRow, rank_by: RankBy) -> [u64; 8] {
    let (cves, machines) = (kb.cve_addressed, kb.machines_missing);
    match rank_by {
        RankBy::Cve => [cves, machines, 0, 0, 0, 0, 0, 0],
        RankBy::Exposure => [kb.exposure, cves, machines, 0, 0, 0, 0, 0],
        RankBy::Machines => [machines, cves, 0, 0, 0, 0, 0, 0],
        RankBy::Risk => {
            let [exploited, ransomware, likely, exploitable, severe] = kb.risk.urgency();
            [
                exploited,
                ransomware,
                likely,
                exploitable,
                severe,
                kb.exposure,
                cves,
                machines,
            ]
        }
    }
}
