//! The machines in whose answers a difference to the service's own count may lie.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    contents::{ContentId, Contents},
    control::Difference,
    population::Population,
};

/// The number of kept answers that are requested at a time until a difference is explained.
const STEP: usize = 50;
/// The number of further machines of a cohort that a difference requests.
const MORE_OF_COHORT: usize = 8;

/// The number of machines with the product whose answers may be wrong, given the largest share of wrong
/// ones: among the inferred answers, or before the sample among all that were not asked for.
pub(super) fn tolerance(
    population: &Population,
    product: &str,
    bound: f64,
    with_kept: bool,
) -> u64 {
    let waiting = population.waiting_with(product);
    let counted = waiting.filter(|place| with_kept || population.at(*place).cohort.is_some());
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of machines are far below 2^53"
    )]
    let tolerance = (counted.count() as f64 * bound).ceil() as u64;
    tolerance
}

/// Finds the machines in whose answers a difference may lie.
pub(super) struct Suspects<'run> {
    pub(super) population: &'run Population,
    pub(super) contents: &'run Contents,
    /// What the members of each cohort miss, if they agree.
    pub(super) settled: &'run [Option<ContentId>],
    /// Cohorts in which machines were already requested because of a difference.
    pub(super) controlled: &'run BTreeSet<u32>,
    /// Whether the sample is still to come, which has the oldest kept answers.
    pub(super) is_before_sample: bool,
}

impl Suspects<'_> {
    /// The places of the machines to request, and the differences for which there are any.
    pub(super) fn of(&self, differences: Vec<Difference>) -> (Vec<u32>, Vec<Difference>) {
        let mut places = BTreeSet::new();
        let mut named = Vec::new();
        for difference in differences {
            let mut more = self.kept(&difference);
            more.extend(self.inferred(&difference));
            if !more.is_empty() {
                places.extend(more);
                named.push(difference);
            }
        }
        (places.into_iter().collect(), named)
    }

    /// The machines with the product whose kept answers are the oldest.
    fn kept(&self, difference: &Difference) -> Vec<u32> {
        if self.is_before_sample {
            return Vec::new();
        }
        let waiting = self.population.waiting_with(&difference.product);
        let kept = waiting.filter(|place| self.population.at(*place).cohort.is_none());
        let mut kept: Vec<u32> = kept.collect();
        kept.sort_by_key(|place| self.population.at(*place).candidate.age());
        kept.truncate(STEP);
        kept
    }

    /// Some machines of each cohort in which the difference may lie: if the service counts more, in those
    /// whose machines are assumed not to miss the KB.
    fn inferred(&self, difference: &Difference) -> impl Iterator<Item = u32> {
        let mut by_cohort: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for place in self.population.waiting_with(&difference.product) {
            let Some(cohort) = self.population.at(place).cohort else {
                continue;
            };
            let assumed = self.settled[cohort as usize];
            let misses = assumed.is_some_and(|content| self.misses(content, difference));
            if misses == (difference.machines < 0) && !self.controlled.contains(&cohort) {
                by_cohort.entry(cohort).or_default().push(place);
            }
        }
        let cohorts = by_cohort.into_values();
        cohorts.flat_map(|members| members.into_iter().take(MORE_OF_COHORT))
    }

    fn misses(&self, content: ContentId, difference: &Difference) -> bool {
        let mut kbs = self.contents.missing(content).into_iter().flatten();
        kbs.any(|kb| {
            kb.id == difference.kb && kb.products.iter().any(|it| **it == *difference.product)
        })
    }
}
