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

pub use self::greedy::SoFar;
use self::{covers::Covers, greedy::Greedy};
pub(super) use self::{greedy::Step, lists::GapLists};
use super::KbRow;
use crate::{domain::kb::KbId, risk::Feeds};

/// The updates to install, in order, until no other gains anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
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
