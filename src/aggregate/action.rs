//! The updates to install first, and what they achieve.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Fleet, KbRow, SoFar};

/// One of the updates to install first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopAction<'fleet> {
    /// The update.
    pub kb: &'fleet KbRow,
    /// The number of machines that miss it and on which its risk is not accepted.
    pub machines: u64,
    /// Its exposure on these machines.
    pub exposure: u64,
    /// The number of updates whose gaps it closes, including its own.
    pub closes: u64,
    /// The gaps it closes that are known to be exploited.
    pub exploited: u64,
    /// The earliest date by which CISA requires one of those gaps to be closed.
    pub due: Option<Date>,
    /// The effect of it and of the updates before it. Exposure is a sum over gaps, so this is exact.
    pub so_far: SoFar,
}

impl TopAction<'_> {
    /// The maximum number shown in any report.
    pub const MAX_SHOWN: usize = 25;
}

impl Fleet {
    /// The first `count` updates to install; fewer if no others gain anything.
    pub fn top_actions(&self, count: usize) -> Vec<TopAction<'_>> {
        let steps = self.plan.steps.iter().take(count);
        let actions = steps.map(|step| TopAction {
            kb: &self.kbs[step.kb],
            machines: step.machines,
            exposure: step.exposure,
            closes: step.closes,
            exploited: step.exploited,
            due: step.due,
            so_far: step.so_far,
        });
        actions.collect()
    }

    /// The number of gaps closed by the whole plan that are known to be exploited.
    pub fn exploited_in_plan(&self) -> u64 {
        self.after_plan().exploited
    }

    /// The exposure removed by the whole plan: all of it, except gaps whose risk is accepted.
    pub fn exposure_in_plan(&self) -> u64 {
        self.after_plan().exposure
    }

    fn after_plan(&self) -> SoFar {
        let last = self.plan.steps.last();
        last.map_or_else(SoFar::default, |step| step.so_far)
    }

    /// For each of the first `count` updates to install, the others among them that make it unnecessary on a
    /// machine that misses both.
    pub fn covering_actions(&self, count: usize) -> Vec<Vec<usize>> {
        let steps = &self.plan.steps[..count.min(self.plan.steps.len())];
        let places: HashMap<usize, usize> = steps.iter().map(|step| step.kb).zip(0..).collect();
        let mut covering = vec![Vec::new(); steps.len()];
        for (step, newer) in steps.iter().zip(0..) {
            for older in step.covers.iter().filter_map(|kb| places.get(kb)) {
                covering[*older].push(newer);
            }
        }
        covering
    }
}
