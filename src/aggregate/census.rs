//! Compares the service's own count with the answers, by product and KB.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::domain::{
    census::CensusRow,
    kb::{KbId, MissingKbs},
};

/// The number of machines that miss a KB of a product.
#[derive(Debug, Clone, Copy, Default)]
struct Machines {
    /// According to their answers.
    ours: u64,
    /// According to the last answers of those without one.
    not_answered: u64,
}

/// Counts the machines that miss a KB, by product.
#[derive(Debug, Default)]
pub struct CensusTally {
    products: HashMap<Arc<str>, HashMap<KbId, Machines>>,
}

impl CensusTally {
    /// Counts a machine by its answer.
    pub fn answered(&mut self, missing: &MissingKbs) {
        self.for_each(missing, |machines| machines.ours += 1);
    }

    /// Counts a machine without an answer by its last one.
    pub fn not_answered(&mut self, last: &MissingKbs) {
        self.for_each(last, |machines| machines.not_answered += 1);
    }

    fn for_each(&mut self, missing: &MissingKbs, count: impl Fn(&mut Machines)) {
        for kb in missing {
            for product in &kb.products {
                if !self.products.contains_key(product) {
                    self.products.insert(Arc::clone(product), HashMap::new());
                }
                if let Some(kbs) = self.products.get_mut(product) {
                    count(kbs.entry(kb.id.clone()).or_default());
                }
            }
        }
    }

    /// The products in which any answered machine misses a KB.
    pub fn named(&self) -> BTreeSet<String> {
        let is_named = |kbs: &HashMap<KbId, Machines>| kbs.values().any(|it| it.ours > 0);
        let products = self.products.iter().filter(|(_, kbs)| is_named(kbs));
        products.map(|(product, _)| product.to_string()).collect()
    }

    /// The comparison with the service's count: every KB on either side, for the products that the service
    /// has counted: by product, then by KB.
    pub fn compare(&self, service: &BTreeMap<String, BTreeMap<KbId, u64>>) -> Vec<CensusRow> {
        let rows = service.iter().flat_map(|(product, theirs)| {
            let none = HashMap::new();
            let ours = self.products.get(product.as_str()).unwrap_or(&none);
            let in_ours = ours.iter().filter(|(_, machines)| machines.ours > 0);
            let in_ours = in_ours.map(|(kb, _)| kb);
            let kbs: BTreeSet<&KbId> = theirs.keys().chain(in_ours).collect();
            let row = |kb: &KbId| {
                let machines = ours.get(kb).copied().unwrap_or_default();
                CensusRow {
                    product: product.clone(),
                    kb: kb.clone(),
                    ours: machines.ours,
                    service: theirs.get(kb).copied().unwrap_or(0),
                    not_answered: machines.not_answered,
                }
            };
            kbs.into_iter().map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::MissingKb;

    fn missing(kbs: &[(&str, &[&str])]) -> MissingKbs {
        let kbs = kbs.iter().map(|(id, products)| {
            Arc::new(MissingKb {
                id: KbId::new(id),
                name: None,
                products: products.iter().map(|it| (*it).into()).collect(),
                url: None,
                machine_missed_on: None,
                cve_addressed: 1,
                os_build: None,
                cves: None,
                unreadable: Box::default(),
            })
        });
        kbs.collect()
    }

    fn tally() -> CensusTally {
        let mut tally = CensusTally::default();
        tally.answered(&missing(&[
            ("2", &["edge", "windows_11"]),
            ("1", &["edge"]),
        ]));
        tally.answered(&missing(&[("2", &["edge"]), ("3", &[])]));
        tally.not_answered(&missing(&[("2", &["edge"]), ("9", &["word"])]));
        tally
    }

    fn service(counts: &[(&str, &[(&str, u64)])]) -> BTreeMap<String, BTreeMap<KbId, u64>> {
        let kbs = |kbs: &[(&str, u64)]| kbs.iter().map(|(id, it)| (KbId::new(id), *it)).collect();
        let products = counts
            .iter()
            .map(|(name, it)| ((*name).to_owned(), kbs(it)));
        products.collect()
    }

    #[test]
    fn each_pair_of_either_side_is_compared_once() {
        let service = service(&[("edge", &[("2", 3), ("4", 7)]), ("word", &[])]);
        let rows = tally().compare(&service);
        let rows: Vec<_> = rows
            .iter()
            .map(|it| {
                (
                    &*it.product,
                    it.kb.as_str(),
                    it.ours,
                    it.service,
                    it.not_answered,
                )
            })
            .collect();
        let expected = [
            ("edge", "1", 1, 0, 0),
            ("edge", "2", 2, 3, 1),
            ("edge", "4", 0, 7, 0),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn only_answers_name_products() {
        let named = tally().named();
        assert_eq!(
            named.into_iter().collect::<Vec<_>>(),
            ["edge", "windows_11"]
        );
    }
}
