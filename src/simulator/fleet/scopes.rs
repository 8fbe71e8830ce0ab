//! What an update addresses in each product.

use super::Fleet;
use crate::domain::kb::MissingKb;

/// An update in one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Scope {
    /// The month of the update, counted from October 2024.
    pub(in crate::simulator) month: u32,
    pub(in crate::simulator) product: &'static str,
    /// How many CVEs it addresses there.
    pub(in crate::simulator) cves: u64,
}

impl Fleet {
    /// The update in the products for which a machine misses it.
    pub(in crate::simulator) fn scopes(&self, missing: &MissingKb) -> impl Iterator<Item = Scope> {
        let mut updates = self.catalogue.updates();
        let update = updates.find(|it| it.id == missing.id).into_iter();
        update.flat_map(|update| {
            let here = |product: &str| missing.products.iter().any(|it| **it == *product);
            let scopes = update.scopes.iter();
            let scopes = scopes.filter(move |(product, _)| here(product));
            scopes.map(|&(product, cves)| Scope {
                month: update.month,
                product,
                cves,
            })
        })
    }
}
