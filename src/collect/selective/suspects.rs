//! Finds the machines whose answers may explain a difference to the service's own count.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    contents::{ContentId, Contents},
    control::Difference,
    population::Population,
};

/// The number of kept answers that are rechecked at a time until a difference is explained.
const KEPT_PER_DIFFERENCE: usize = 50;
/// The number of further machines of a cohort that are requested for a difference.
const MORE_OF_COHORT: usize = 8;

/// The number of machines with the product whose answers may be wrong, given the maximum share of wrong
/// answers: among the inferred answers, or before the sample among all that were not requested.
pub(super) fn tolerance(
    population: &Population,
    product: &str,
    bound: f64,
    with_kept: bool,
) -> u64 {
    let waiting = population.waiting_with(product);
    let counted = waiting.filter(|index| with_kept || population.at(*index).cohort.is_some());
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of machines are far below 2^53"
    )]
    let tolerance = (counted.count() as f64 * bound).ceil() as u64;
    tolerance
}

/// Finds the machines whose answers may explain a difference.
pub(super) struct Suspects<'run> {
    pub(super) population: &'run Population,
    pub(super) contents: &'run Contents,
    /// The inferred answer of each cohort, if its members agree.
    pub(super) settled: &'run [Option<ContentId>],
    /// Cohorts in which machines were already requested because of a difference.
    pub(super) controlled: &'run BTreeSet<u32>,
    /// Whether the sample, which includes the oldest kept answers, is still to be requested.
    pub(super) is_before_sample: bool,
}

impl Suspects<'_> {
    /// The indexes of the machines to request, and the differences for which there are any.
    pub(super) fn of(&self, differences: Vec<Difference>) -> (Vec<u32>, Vec<Difference>) {
        let mut indexes = BTreeSet::new();
        let mut named = Vec::new();
        for difference in differences {
            let mut more = self.kept(&difference);
            more.extend(self.inferred(&difference));
            if !more.is_empty() {
                indexes.extend(more);
                named.push(difference);
            }
        }
        (indexes.into_iter().collect(), named)
    }

    /// The machines with the product whose kept answers are the oldest.
    fn kept(&self, difference: &Difference) -> Vec<u32> {
        if self.is_before_sample {
            return Vec::new();
        }
        let waiting = self.population.waiting_with(&difference.product);
        let kept = waiting.filter(|index| self.population.at(*index).cohort.is_none());
        let mut kept: Vec<u32> = kept.collect();
        kept.sort_by_key(|index| self.population.at(*index).candidate.age());
        kept.truncate(KEPT_PER_DIFFERENCE);
        kept
    }

    /// Some machines of each cohort that may explain the difference: if the service counts more, cohorts
    /// whose machines are assumed not to miss the KB.
    fn inferred(&self, difference: &Difference) -> impl Iterator<Item = u32> {
        let mut by_cohort: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for index in self.population.waiting_with(&difference.product) {
            let Some(cohort) = self.population.at(index).cohort else {
                continue;
            };
            let assumed = self.settled[cohort as usize];
            let misses = assumed.is_some_and(|content| self.misses(content, difference));
            if misses == (difference.machines < 0) && !self.controlled.contains(&cohort) {
                by_cohort.entry(cohort).or_default().push(index);
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
