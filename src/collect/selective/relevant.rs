//! Reduces software to what determines the missing KBs: the versions of the products for which the service
//! lists any missing KB.

use std::collections::{BTreeSet, HashMap};

use crate::domain::software::{ProductVersion, SoftwareInventory, SoftwareSet};

/// Identifies a platform with the versions of the relevant products: machines with the same key should have
/// the same missing KBs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SoftwareKey(u32);

/// Assigns keys to software, by its relevant part.
#[derive(Debug)]
pub struct RelevantSoftware<'run> {
    products: &'run BTreeSet<String>,
    keys: HashMap<(Box<str>, Vec<ProductVersion>), SoftwareKey>,
}

impl<'run> RelevantSoftware<'run> {
    /// Keys by the versions of these products.
    pub fn new(products: &'run BTreeSet<String>) -> Self {
        Self {
            products,
            keys: HashMap::new(),
        }
    }

    /// The key of each set of an inventory, by its index.
    pub fn keys(&mut self, inventory: &SoftwareInventory) -> Vec<SoftwareKey> {
        let sets = inventory.sets.iter();
        sets.map(|set| self.key(inventory, set)).collect()
    }

    fn key(&mut self, inventory: &SoftwareInventory, set: &SoftwareSet) -> SoftwareKey {
        let versions = inventory.versions_of(set);
        let relevant = versions.filter(|it| self.products.contains(&*it.product));
        let software = (set.platform.clone(), relevant.cloned().collect());
        let new = SoftwareKey(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        *self.keys.entry(software).or_insert(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(sets: &[(&str, &[(&str, &str)])]) -> SoftwareInventory {
        let version = |(product, version): &(&str, &str)| ProductVersion {
            product: (*product).into(),
            version: (*version).into(),
        };
        let all = sets.iter().flat_map(|(_, versions)| *versions);
        let versions: BTreeSet<_> = all.map(version).collect();
        let versions: Vec<_> = versions.into_iter().collect();
        let index = |it| u32::try_from(versions.binary_search(&version(it)).unwrap()).unwrap();
        let sets = sets.iter().map(|(platform, installed)| SoftwareSet {
            platform: (*platform).into(),
            versions: installed.iter().map(index).collect(),
            windows: None,
        });
        SoftwareInventory {
            sets: sets.collect(),
            versions,
            ..SoftwareInventory::default()
        }
    }

    #[test]
    fn platform_and_versions_of_relevant_products_decide() {
        let products = ["edge", "windows_11"].map(str::to_owned).into();
        let mut relevant = RelevantSoftware::new(&products);
        let tonight = inventory(&[
            (
                "Windows11",
                &[("edge", "1"), ("teams", "7"), ("windows_11", "10")],
            ),
            (
                "Windows11",
                &[("edge", "1"), ("teams", "8"), ("windows_11", "10")],
            ),
            (
                "Windows11",
                &[("edge", "2"), ("teams", "7"), ("windows_11", "10")],
            ),
            (
                "Windows11",
                &[("edge", "1"), ("edge", "2"), ("windows_11", "10")],
            ),
            ("Windows10", &[("edge", "1"), ("windows_11", "10")]),
            ("Windows11", &[]),
        ]);
        let keys = relevant.keys(&tonight);
        assert_eq!(keys[0], keys[1], "another version of Teams");
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), 5);

        let then = inventory(&[("Windows11", &[("edge", "2"), ("windows_11", "10")])]);
        assert_eq!(
            relevant.keys(&then),
            [keys[2]],
            "keys of two inventories compare"
        );
    }
}
