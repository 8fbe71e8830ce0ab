//! Chooses the update that gains most, then the one that gains most of the rest, and so on.
//!
//! The gain of an update can only shrink as others are chosen, so its last known gain is an upper bound: only
//! the update at the top is counted again, and it is chosen if it stays at the top.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::{
    covers::Covers,
    lists::{DistinctLists, Gap},
};
use crate::{
    aggregate::{KbRow, RankBy, kbs},
    domain::cve::CveId,
};

/// One of the updates to install, with the effect of it and of the updates before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::aggregate) struct Step {
    /// The index of the update among the fleet's.
    pub(in crate::aggregate) kb: usize,
    /// The indices of all updates that it covers.
    pub(in crate::aggregate) covers: Vec<usize>,
    /// The number of machines that miss it and on which its risk is not accepted.
    pub(in crate::aggregate) machines: u64,
    /// Its exposure on these machines.
    pub(in crate::aggregate) exposure: u64,
    /// The number of updates whose gaps it closes, including its own.
    pub(in crate::aggregate) closes: u64,
    /// The gaps it closes that are known to be exploited.
    pub(in crate::aggregate) exploited: u64,
    /// The earliest date by which CISA requires one of those gaps to be closed.
    pub(in crate::aggregate) due: Option<Date>,
    /// The effect so far.
    pub(in crate::aggregate) so_far: SoFar,
}

/// The effect of an update and of the updates before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoFar {
    /// The gaps that they close.
    pub gaps: u64,
    /// The updates to which these gaps belong.
    pub kbs: u64,
    /// The exposure of these gaps.
    pub exposure: u64,
    /// The machines with any such gap.
    pub machines: u64,
    /// Those of the gaps that are known to be exploited.
    pub exploited: u64,
    /// The number of distinct CVEs that these updates address, where known; `None` if none is known.
    pub cves: Option<u64>,
}

/// The gain of an update, the most significant part first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Gain {
    /// The gaps that are known to be exploited.
    exploited: u64,
    exposure: u64,
}

/// An update that is not chosen yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    gain: Gain,
    /// Its index in the order by exposure, which breaks ties.
    order: Reverse<usize>,
    kb: usize,
    /// The number of updates that were chosen when its gain was counted.
    counted_after: usize,
}

/// The choice of updates.
pub(super) struct Greedy<'fleet> {
    kbs: &'fleet [KbRow],
    lists: &'fleet DistinctLists,
    covers: &'fleet Covers,
    /// For each update, the lists that have it.
    lists_of: Vec<Vec<u32>>,
    /// For each list, which of its gaps are closed.
    closed: Vec<Box<[bool]>>,
    /// The CVEs of the updates whose gaps are closed.
    cves: HashSet<CveId, RandomState>,
    /// The updates whose gaps are closed.
    is_closed: Vec<bool>,
    so_far: SoFar,
}

impl<'fleet> Greedy<'fleet> {
    pub(super) fn new(
        kbs: &'fleet [KbRow],
        lists: &'fleet DistinctLists,
        covers: &'fleet Covers,
    ) -> Self {
        let mut lists_of = vec![Vec::new(); kbs.len()];
        for (list, at) in lists.all.iter().zip(0..) {
            lists.gaps(list).for_each(|gap| lists_of[gap.kb].push(at));
        }
        let closed = lists.all.iter();
        let closed = closed.map(|list| lists.gaps(list).map(|_| false).collect());
        Self {
            kbs,
            lists,
            covers,
            lists_of,
            closed: closed.collect(),
            cves: HashSet::default(),
            is_closed: vec![false; kbs.len()],
            so_far: SoFar::default(),
        }
    }

    /// All updates that gain something, in order.
    pub(super) fn steps(mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut open = self.candidates();
        while let Some(best) = open.pop() {
            if best.gain == Gain::default() {
                break;
            }
            if best.counted_after == steps.len() {
                steps.push(self.choose(best.kb));
            } else {
                open.push(Candidate {
                    gain: self.gain(best.kb),
                    counted_after: steps.len(),
                    ..best
                });
            }
        }
        steps
    }

    fn candidates(&self) -> BinaryHeap<Candidate> {
        let mut order: Vec<usize> = (0..self.kbs.len()).collect();
        order.sort_unstable_by(|one, other| {
            kbs::compare(&self.kbs[*one], &self.kbs[*other], RankBy::Exposure)
        });
        let candidates = order.into_iter().enumerate().map(|(order, kb)| Candidate {
            gain: self.gain(kb),
            order: Reverse(order),
            kb,
            counted_after: 0,
        });
        candidates.collect()
    }

    /// The updates whose gaps it closes, where it is missing.
    fn closes(&self, kb: usize) -> Vec<bool> {
        let mut closes = vec![false; self.kbs.len()];
        closes[kb] = true;
        for covered in self.covers.covered_by(kb) {
            closes[*covered] = true;
        }
        closes
    }

    /// The current gain of an update.
    fn gain(&self, kb: usize) -> Gain {
        let closes = self.closes(kb);
        let mut gain = Gain::default();
        for at in self.lists_of[kb].iter().map(|at| *at as usize) {
            let list = &self.lists.all[at];
            let gaps = self.lists.gaps(list).zip(&self.closed[at]);
            for (gap, _) in gaps.filter(|(gap, is_closed)| !**is_closed && closes[gap.kb]) {
                gain.add(gap, list.machines);
            }
        }
        gain
    }

    /// Closes the gaps of an update, and of those that it covers.
    fn choose(&mut self, kb: usize) -> Step {
        let closes = self.closes(kb);
        let mut gain = Gain::default();
        let mut of_kbs = vec![false; self.kbs.len()];
        let mut due = None;
        for at in self.lists_of[kb].iter().map(|at| *at as usize) {
            let list = &self.lists.all[at];
            let gaps_closed = &mut self.closed[at];
            self.so_far.machines += if gaps_closed.contains(&true) {
                0
            } else {
                list.machines
            };
            for (gap, is_closed) in self.lists.gaps(list).zip(gaps_closed.iter_mut()) {
                if !*is_closed && closes[gap.kb] {
                    *is_closed = true;
                    gain.add(gap, list.machines);
                    self.so_far.gaps += list.machines;
                    of_kbs[gap.kb] = true;
                    due = earlier(due, gap.due);
                }
            }
        }
        self.so_far.exploited += gain.exploited;
        self.so_far.exposure = self.so_far.exposure.saturating_add(gain.exposure);
        let closes = of_kbs.iter().filter(|is| **is).count() as u64;
        self.close_kbs(&of_kbs);
        Step {
            closes,
            exploited: gain.exploited,
            due,
            so_far: self.so_far,
            ..self.step(kb)
        }
    }

    /// A step with the properties of the update itself, regardless of what was chosen before.
    fn step(&self, kb: usize) -> Step {
        let mut step = Step {
            kb,
            covers: self.covers.covered_by(kb).to_vec(),
            ..Step::default()
        };
        for at in &self.lists_of[kb] {
            let list = &self.lists.all[*at as usize];
            for gap in self.lists.gaps(list).filter(|gap| gap.kb == kb) {
                let exposure = gap.cves.saturating_mul(list.machines);
                step.machines += list.machines;
                step.exposure = step.exposure.saturating_add(exposure);
            }
        }
        step
    }

    /// Counts these updates and their CVEs.
    fn close_kbs(&mut self, of_kbs: &[bool]) {
        for (at, _) in of_kbs.iter().enumerate().filter(|(_, is)| **is) {
            if !self.is_closed[at] {
                self.is_closed[at] = true;
                self.so_far.kbs += 1;
                if let Some(cves) = &self.kbs[at].cves {
                    self.cves.extend(cves.iter().copied());
                    self.so_far.cves = Some(self.cves.len() as u64);
                }
            }
        }
    }
}

/// The earlier of two dates, or the only one.
fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    one.into_iter().chain(other).min()
}

impl Gain {
    fn add(&mut self, gap: Gap, machines: u64) {
        self.exploited += if gap.is_exploited { machines } else { 0 };
        let exposure = gap.cves.saturating_mul(machines);
        self.exposure = self.exposure.saturating_add(exposure);
    }
}
