//! The software inventory: which versions of Microsoft's products each machine has.

mod rows;

use std::{mem, sync::Arc};

use jiff::{Span, Timestamp, civil::Date};

pub use self::rows::{SoftwareRow, SoftwareRows};
use super::machine::MachineId;

/// Support that ends within this many days counts as ending soon.
pub const SUPPORT_ENDS_SOON_DAYS: i32 = 90;

/// A product in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductVersion {
    /// The product, as in the `productsNames` of a missing KB, such as `windows_11`.
    pub product: Box<str>,
    /// Its version, such as `10.0.26100.4291`.
    pub version: Box<str>,
}

/// The Windows installation of a machine, from the software inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Windows {
    /// Its full build, such as `10.0.26100.4291`.
    pub build: Box<str>,
    /// The service's word: `None`, `EOS Version`, `Upcoming EOS Version`, `EOS Software` or
    /// `Upcoming EOS Software`; empty if the service says nothing.
    pub support_status: Box<str>,
    /// The last day on which it gets updates.
    pub support_ends: Option<Date>,
}

/// Whether a machine's Windows version still gets updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does, or the service gives no date.
    Supported,
    /// Not for much longer: see [`SUPPORT_ENDS_SOON_DAYS`].
    EndsSoon,
    /// It does not. An empty list of missing KBs means nothing for such a machine.
    Unsupported,
}

impl Windows {
    /// Whether it gets updates on this day. The date takes precedence over the status, which may be older.
    pub fn support(&self, today: Date) -> Support {
        if self.support_status.starts_with("EOS") || self.support_ends.is_some_and(|it| it < today)
        {
            return Support::Unsupported;
        }
        let soon = Span::new().days(SUPPORT_ENDS_SOON_DAYS);
        let soon = today.checked_add(soon).unwrap_or(Date::MAX);
        match self.support_ends {
            Some(ends) if ends <= soon => Support::EndsSoon,
            _ => Support::Supported,
        }
    }
}

/// The software of a machine; machines with the same software share one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SoftwareSet {
    /// `osPlatform`, such as `Windows11`.
    pub platform: Box<str>,
    /// Indexes into [`SoftwareInventory::versions`], sorted, without duplicates: Microsoft's products only.
    pub versions: Box<[u32]>,
    /// Its Windows installation; `None` if the inventory has none.
    pub windows: Option<Windows>,
}

/// The software inventory of a tenant. Memory grows with machines and distinct versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoftwareInventory {
    /// The time for which it holds.
    pub generated_at: Timestamp,
    /// Every version of a product on any machine: sorted, without duplicates.
    pub versions: Vec<ProductVersion>,
    /// Every distinct set.
    pub sets: Vec<SoftwareSet>,
    /// Each machine with the index of its set in `sets`, sorted by id.
    pub machines: Vec<(MachineId, u32)>,
}

/// The software inventory of a run that requested it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunSoftware {
    /// The inventory.
    Known(Arc<SoftwareInventory>),
    /// Why there is none, as part of a sentence.
    Missing(String),
}

impl RunSoftware {
    /// The inventory, if there is one.
    pub fn inventory(&self) -> Option<&SoftwareInventory> {
        match self {
            Self::Known(inventory) => Some(inventory),
            Self::Missing(_) => None,
        }
    }

    /// Why there is no inventory; `None` if there is one.
    pub fn missing_because(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Missing(because) => Some(because),
        }
    }
}

impl SoftwareInventory {
    /// The software of a machine; `None` if the inventory does not have the machine.
    pub fn of(&self, machine: MachineId) -> Option<&SoftwareSet> {
        let index = self.set_of(machine)?;
        self.sets.get(index as usize)
    }

    /// The index of a machine's set in [`Self::sets`].
    pub fn set_of(&self, machine: MachineId) -> Option<u32> {
        let found = self.machines.binary_search_by_key(&machine, |it| it.0);
        Some(self.machines.get(found.ok()?)?.1)
    }

    /// The inventory of these machines alone, with only the sets and versions that they use.
    #[must_use]
    pub fn only(mut self, is_wanted: impl Fn(MachineId) -> bool) -> Self {
        self.machines.retain(|it| is_wanted(it.0));
        let mut sets = Vec::new();
        let mut new_indexes = vec![None; self.sets.len()];
        for (_, index) in &mut self.machines {
            let set = *index as usize;
            *index = *new_indexes[set].get_or_insert_with(|| {
                sets.push(mem::take(&mut self.sets[set]));
                last_index(&sets)
            });
        }
        let mut versions = Vec::new();
        let mut is_used = vec![false; self.versions.len()];
        for version in sets.iter().flat_map(|set| &set.versions) {
            is_used[*version as usize] = true;
        }
        let mut new_indexes = vec![0; self.versions.len()];
        let versions_and_use = self.versions.into_iter().zip(is_used);
        for ((version, is_used), new_index) in versions_and_use.zip(&mut new_indexes) {
            if is_used {
                versions.push(version);
                *new_index = last_index(&versions);
            }
        }
        for version in sets.iter_mut().flat_map(|set| &mut set.versions) {
            *version = new_indexes[*version as usize];
        }
        Self {
            versions,
            sets,
            ..self
        }
    }

    /// The versions in a set, sorted.
    pub fn versions_of<'inventory>(
        &'inventory self,
        set: &'inventory SoftwareSet,
    ) -> impl Iterator<Item = &'inventory ProductVersion> {
        let indexes = set.versions.iter();
        indexes.filter_map(|index| self.versions.get(*index as usize))
    }
}

fn last_index<T>(list: &[T]) -> u32 {
    u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn support_follows_from_status_and_date() {
        let today = date(2026, 11, 30);
        for (status, ends, expected) in [
            ("", None, Support::Supported),
            ("None", None, Support::Supported),
            ("None", Some(date(2029, 10, 9)), Support::Supported),
            ("EOS Version", None, Support::Unsupported),
            ("EOS Software", Some(date(2027, 1, 1)), Support::Unsupported),
            (
                "Upcoming EOS Version",
                Some(date(2026, 11, 29)),
                Support::Unsupported,
            ),
            (
                "Upcoming EOS Version",
                Some(date(2026, 11, 30)),
                Support::EndsSoon,
            ),
            (
                "Upcoming EOS Version",
                Some(date(2027, 2, 28)),
                Support::EndsSoon,
            ),
            (
                "Upcoming EOS Software",
                Some(date(2027, 3, 1)),
                Support::Supported,
            ),
        ] {
            let windows = Windows {
                build: "10.0.17763.1637".into(),
                support_status: status.into(),
                support_ends: ends,
            };
            assert_eq!(windows.support(today), expected, "{status} {ends:?}");
        }
    }

    #[test]
    fn machines_are_found_by_id() {
        let machine = |number| MachineId::from_bytes([number; 20]);
        let version = |product: &str, version: &str| ProductVersion {
            product: product.into(),
            version: version.into(),
        };
        let inventory = SoftwareInventory {
            versions: vec![version("edge", "141.0"), version("windows_11", "10.0.1")],
            sets: vec![
                SoftwareSet::default(),
                SoftwareSet {
                    versions: [1].into(),
                    ..SoftwareSet::default()
                },
            ],
            machines: vec![(machine(1), 1), (machine(3), 0)],
            ..SoftwareInventory::default()
        };
        let versions = |number| {
            let set = inventory.of(machine(number))?;
            Some(inventory.versions_of(set).cloned().collect::<Vec<_>>())
        };
        assert_eq!(versions(1), Some(vec![version("windows_11", "10.0.1")]));
        assert_eq!(versions(3), Some(Vec::new()));
        assert_eq!(versions(2), None);
    }
}
