//! Control totals: the service's own count of machines, beside that of all answers, requested or not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    contents::{ContentId, Contents},
    population::Population,
};
use crate::domain::kb::KbId;

/// The number of kept answers that are requested at a time until a difference is explained.
const STEP: usize = 50;
/// The number of further machines of a cohort that a difference requests.
const MORE_OF_COHORT: usize = 8;

/// The number of machines that miss a KB, by product.
pub type Counts = BTreeMap<String, BTreeMap<KbId, u64>>;

/// The service's own count, and what it is compared with.
#[derive(Debug, Clone, Default)]
pub struct ControlTotals {
    /// The service's count tonight.
    pub service: Counts,
    /// Whether the list has every machine of the tenant. If not, the service may count more.
    pub is_whole: bool,
    /// By how many machines more the service counted at the last run, by product and KB.
    pub usual: BTreeMap<(String, KbId), i64>,
}

/// A KB in a product that the service counts on another number of machines than the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The product.
    pub product: String,
    /// The KB.
    pub kb: KbId,
    /// How many machines more the service counts.
    pub machines: i64,
}

/// Counts machines by the content of their answers.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Machines with an answer.
    pub(super) answered: HashMap<ContentId, u64>,
    /// Machines without one, by their last answers.
    pub(super) not_answered: HashMap<ContentId, u64>,
}

impl ControlTotals {
    /// The differences that are larger than `tolerance` of their product, by product, then by KB.
    pub(super) fn differences(
        &self,
        contents: &Contents,
        tally: &Tally,
        tolerance: impl Fn(&str) -> u64,
    ) -> Vec<Difference> {
        let ours = counts(contents, &tally.answered);
        let not_answered = counts(contents, &tally.not_answered);
        let none = BTreeMap::new();
        let mut differences = Vec::new();
        for (product, service) in &self.service {
            let ours = ours.get(product).unwrap_or(&none);
            let not_answered = not_answered.get(product).unwrap_or(&none);
            let kbs = service
                .keys()
                .chain(ours.keys().filter(|kb| !service.contains_key(*kb)));
            for kb in kbs {
                let usual = self.usual.get(&(product.clone(), kb.clone()));
                let machines =
                    clamped(service.get(kb)) - clamped(ours.get(kb)) - usual.unwrap_or(&0);
                let is_explained =
                    machines > 0 && (!self.is_whole || machines <= clamped(not_answered.get(kb)));
                if !is_explained && machines.unsigned_abs() > tolerance(product) {
                    differences.push(Difference {
                        product: product.clone(),
                        kb: kb.clone(),
                        machines,
                    });
                }
            }
        }
        differences
    }
}

/// The number of machines with the product whose inferred answers the sample allows to be wrong.
pub(super) fn tolerance(population: &Population, product: &str, bound: f64) -> u64 {
    let waiting = population.waiting_with(product);
    let inferred = waiting.filter(|place| population.at(*place).cohort.is_some());
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of machines are far below 2^53"
    )]
    let tolerance = (inferred.count() as f64 * bound).ceil() as u64;
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

fn counts(contents: &Contents, machines: &HashMap<ContentId, u64>) -> Counts {
    let mut counts = Counts::new();
    for (content, missing) in contents.iter() {
        let Some(machines) = machines.get(&content) else {
            continue;
        };
        for kb in missing {
            for product in &kb.products {
                let kbs = counts.entry(product.to_string()).or_default();
                *kbs.entry(kb.id.clone()).or_default() += machines;
            }
        }
    }
    counts
}

fn clamped(count: Option<&u64>) -> i64 {
    count.map_or(0, |count| i64::try_from(*count).unwrap_or(i64::MAX / 4))
}
