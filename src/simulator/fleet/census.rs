//! The service's own count of machines that miss each update, by product.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    catalogue::{Catalogue, Update},
    machine::SimulatedMachine,
    model::MODELS,
    others::OTHERS,
};
use crate::{domain::kb::KbId, simulator::faults::CENSUS_EXCESS};

/// One product of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its vendor.
    pub vendor: &'static str,
    /// Its name, as in `productsNames`.
    pub name: Arc<str>,
    /// The number of machines that miss an update for it.
    pub exposed_machines: u64,
    /// The missing updates for it, by id.
    pub missing: Vec<ProductGap>,
}

/// An update that machines miss in a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductGap {
    /// The update.
    pub kb: KbId,
    /// Its title.
    pub name: Arc<str>,
    /// Its catalogue page.
    pub url: Arc<str>,
    /// CVEs that it addresses in this product.
    pub cve_addressed: u64,
    /// The number of machines that miss it in this product.
    pub machines: u64,
}

impl Product {
    /// Its id in the service, such as `microsoft-_-windows_11`.
    pub fn id(&self) -> String {
        format!("{}-_-{}", self.vendor, self.name)
    }
}

/// Every product, by name, with the count over these machines.
pub(super) fn census<'m>(
    catalogue: &Catalogue,
    machines: impl Iterator<Item = &'m SimulatedMachine>,
) -> Vec<Product> {
    let mut products = products(catalogue);
    let by_id: HashMap<_, _> = catalogue.updates().map(|it| (&it.id, it)).collect();
    for machine in machines {
        count(machine, &by_id, &mut products);
    }
    products.into_values().collect()
}

/// Every product, without figures.
fn products(catalogue: &Catalogue) -> BTreeMap<Arc<str>, Product> {
    let updated = catalogue.updates().flat_map(|update| &update.scopes);
    let updated = updated.map(|&(name, _)| ("microsoft", name));
    let installed = MODELS.iter().flat_map(|model| model.products);
    let installed = installed.map(|&name| ("microsoft", name));
    let others = OTHERS.iter().map(|it| (it.vendor, it.name));
    let all = updated.chain(installed).chain(others);
    let products = all.map(|(vendor, name)| Product {
        vendor,
        name: name.into(),
        exposed_machines: 0,
        missing: Vec::new(),
    });
    products.map(|it| (Arc::clone(&it.name), it)).collect()
}

/// Adds one machine to the figures.
fn count(
    machine: &SimulatedMachine,
    updates: &HashMap<&KbId, &Update>,
    products: &mut BTreeMap<Arc<str>, Product>,
) {
    let gaps = || machine.missing.iter();
    let exposed: BTreeSet<_> = gaps().flat_map(|gap| &gap.products).collect();
    for name in exposed {
        if let Some(product) = products.get_mut(name) {
            product.exposed_machines += 1;
        }
    }
    for gap in gaps() {
        for name in &gap.products {
            if let (Some(update), Some(product)) = (updates.get(&gap.id), products.get_mut(name)) {
                product.add(update);
            }
        }
    }
}

impl Product {
    /// Counts too many machines for some updates.
    pub(in crate::simulator) fn exaggerate(&mut self) {
        let even = |gap: &&mut ProductGap| gap.kb.as_str().ends_with(['0', '2', '4', '6', '8']);
        for gap in self.missing.iter_mut().filter(even) {
            gap.machines += CENSUS_EXCESS;
        }
    }

    /// Counts another machine that misses the update.
    fn add(&mut self, update: &Update) {
        match self.missing.binary_search_by(|gap| gap.kb.cmp(&update.id)) {
            Ok(place) => self.missing[place].machines += 1,
            Err(place) => {
                let scope = update.scopes.iter().find(|(name, _)| **name == *self.name);
                let gap = ProductGap {
                    kb: update.id.clone(),
                    name: Arc::clone(&update.name),
                    url: Arc::clone(&update.url),
                    cve_addressed: scope.map_or(0, |&(_, cves)| cves),
                    machines: 1,
                };
                self.missing.insert(place, gap);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Fleet;

    #[test]
    fn it_counts_what_the_machines_miss() {
        let fleet = Fleet::after(8, 1, 200);
        let census = fleet.census(|_| true);
        let mut pairs = 0;
        for product in &census {
            for gap in &product.missing {
                let machines = fleet.machines().iter().filter(|machine| {
                    let mut missing = machine.missing.iter();
                    missing.any(|it| it.id == gap.kb && it.products.contains(&product.name))
                });
                assert_eq!(machines.count() as u64, gap.machines);
                assert!(gap.cve_addressed > 0);
                pairs += gap.machines;
            }
        }
        let gaps = fleet.machines().iter().flat_map(|it| it.missing.iter());
        let expected: usize = gaps.map(|gap| gap.products.len()).sum();
        assert_eq!(pairs, expected as u64);
    }

    #[test]
    fn ids_are_the_vendor_and_the_name() {
        let census = Fleet::generate(1, 0).census(|_| true);
        let ids: BTreeSet<String> = census.iter().map(Product::id).collect();
        assert!(ids.contains("microsoft-_-windows_11") && ids.contains("google-_-chrome"));
        assert!(census.iter().all(|product| product.exposed_machines == 0));
    }
}
