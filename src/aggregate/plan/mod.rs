//! The plan: which updates to install first. An update closes its own gaps, and those of the older updates
//! that it covers, because the chains of supersedence say that it contains them.
//!
//! - [`lists`]: the distinct lists of gaps in a fleet, collected as answers arrive
//! - [`covers`]: which updates cover which
//! - [`greedy`]: what to install first, then next, and so on
//! - [`step`]: one of them
//!
//! On each machine, an update only counts where it is missing. A machine that misses an old update and a
//! newer one that covers it needs only the newer one. Gaps whose risk is accepted are not part of the plan.

mod covers;
mod greedy;
mod lists;
mod step;

use std::collections::HashMap;

pub use self::step::SoFar;
use self::{covers::Covers, greedy::Greedy};
pub(super) use self::{lists::GapLists, step::Step};
use super::KbRow;
use crate::{domain::kb::KbId, risk::Feeds};

/// The updates to install, in order, until nothing is left to gain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
}

impl GapLists {
    /// The plan for a fleet with these lists of gaps. Adds to each KB the number of machines on which another
    /// missing update covers it.
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
