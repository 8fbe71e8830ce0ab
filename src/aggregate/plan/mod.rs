//! The plan: which updates to install first. An update closes its own gaps, and those of the older updates
//! that it covers: those that it contains according to the chains of supersedence.
//!
//! - [`lists`]: the distinct lists of gaps in a fleet, collected as answers arrive
//! - [`covers`]: which updates cover which
//! - [`greedy`]: chooses the updates in order
//!
//! On each machine, an update only counts where it is missing. A machine that misses an old update and a
//! newer one that covers it needs only the newer one. Gaps whose risk is accepted are not part of the plan.

mod covers;
mod greedy;
mod lists;

use std::collections::HashMap;

use jiff::civil::Date;

pub(super) use self::lists::GapLists;
use self::{covers::Covers, greedy::Greedy};
use super::KbRow;
use crate::{domain::kb::KbId, risk::Feeds};

/// The updates to install, in order, until no other gains anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
}

/// One of the updates to install, with the effect of it and of the updates before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// The index of the update among the fleet's.
    pub(super) kb: usize,
    /// The indices of all updates that it covers.
    pub(super) covers: Vec<usize>,
    /// The number of machines that miss it and on which its risk is not accepted.
    pub(super) machines: u64,
    /// Its exposure on these machines.
    pub(super) exposure: u64,
    /// The number of updates whose gaps it closes, including its own.
    pub(super) closes: u64,
    /// The gaps it closes that are known to be exploited.
    pub(super) exploited: u64,
    /// The earliest date by which CISA requires one of those gaps to be closed.
    pub(super) due: Option<Date>,
    /// The effect so far.
    pub(super) so_far: SoFar,
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

impl GapLists {
    /// The plan for a fleet with these lists of gaps. Sets the number of machines on which each KB is covered
    /// by another missing update.
    pub(super) fn plan(self, kbs: &mut [KbRow], feeds: &Feeds) -> Plan {
        let ids = kbs.iter().zip(0..).map(|(kb, at)| (kb.id.clone(), at));
        let places: HashMap<KbId, usize> = ids.collect();
        let lists = self.finish(&places, feeds);
        let covers = Covers::of(kbs, feeds.supersedence());
        for (kb, covered) in kbs.iter_mut().zip(covers.covered_on(&lists)) {
            kb.covered_on = covered;
        }
        Plan {
            steps: Greedy::new(kbs, &lists, &covers).steps(),
        }
    }
}
