//! Control totals: the service's own count of machines, compared with the count of all answers, requested or
//! not.

use std::collections::{BTreeMap, HashMap};

use super::contents::{ContentId, Contents};
use crate::domain::kb::KbId;

/// The number of machines that miss a KB, by product.
pub type KbCounts = BTreeMap<String, BTreeMap<KbId, u64>>;

/// The service's own count, and what is needed to compare it.
#[derive(Debug, Clone, Default)]
pub struct ControlTotals {
    /// The service's current count.
    pub service: KbCounts,
    /// Whether the list contains every machine of the tenant. If not, the service may count more.
    pub is_whole: bool,
    /// The service's count minus ours at the last run, by product and KB.
    pub usual: BTreeMap<(String, KbId), i64>,
}

/// A KB of a product for which the service's count differs from that of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The product.
    pub product: String,
    /// The KB.
    pub kb: KbId,
    /// The service's count minus ours.
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
    /// The differences that exceed `tolerance` for their product: by product, then by KB.
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

fn counts(contents: &Contents, machines: &HashMap<ContentId, u64>) -> KbCounts {
    let mut counts = KbCounts::new();
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
