//! Collects the rows of a software inventory by machine as they arrive.
//!
//! Rows may arrive in any order, repeatedly, and from several files: the resulting inventory is the same.
//! Memory grows with machines and distinct versions, not with rows.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use jiff::{Timestamp, civil::Date};

use super::{MachineId, ProductVersion, SoftwareInventory, SoftwareSet, Windows};
use crate::domain::{bulk::RowCounts, distinct::Distinct};

/// Duplicates are removed from a machine's list of versions before it grows beyond this length.
const DEDUPLICATE_AT: usize = 32;

/// A Microsoft product on a machine.
#[derive(Debug, Clone, Copy)]
pub struct SoftwareRow<'row> {
    /// The machine.
    pub machine: MachineId,
    /// Its `osPlatform`.
    pub platform: &'row str,
    /// The product, such as `windows_11`.
    pub product: &'row str,
    /// Its version.
    pub version: &'row str,
    /// `endOfSupportStatus`.
    pub support_status: &'row str,
    /// `endOfSupportDate`, such as `2021-05-11T00:00:00+00:00`.
    pub support_ends: &'row str,
}

/// The rows of one file or page, or of several.
#[derive(Debug, Default)]
pub struct SoftwareRows {
    /// The number of rows.
    pub counts: RowCounts,
    platforms: Distinct<str>,
    products: Distinct<str>,
    versions: Distinct<str>,
    /// The number of each version of a product.
    installed: HashMap<Installed, u32, RandomState>,
    windows: Vec<Windows>,
    machines: HashMap<MachineId, MachineRows, RandomState>,
}

/// A product in a version, by the numbers of their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Installed {
    product: u32,
    version: u32,
}

/// The rows of one machine. All numbers are indexes into the lists of [`SoftwareRows`].
#[derive(Debug, Default)]
struct MachineRows {
    platform: Option<u32>,
    /// Versions of products; may have duplicates.
    installed: Vec<u32>,
    windows: Option<u32>,
}

impl SoftwareRows {
    /// Adds a row.
    pub fn add(&mut self, row: &SoftwareRow<'_>) {
        let platform = (!row.platform.is_empty()).then(|| self.platforms.number(row.platform));
        let installed = Installed {
            product: self.products.number(row.product),
            version: self.versions.number(row.version),
        };
        let installed = self.number(installed);
        let windows = is_windows(row.product).then(|| self.windows_number(row));
        let machine = self.machines.entry(row.machine).or_default();
        machine.add_installed(installed);
        machine.add_platform(platform, &self.platforms);
        machine.add_windows(windows, &self.windows);
    }

    /// Whether there is no machine.
    pub fn has_no_machines(&self) -> bool {
        self.machines.is_empty()
    }

    /// Adds the rows of another file or page.
    pub fn add_all(&mut self, other: Self) {
        self.counts.merge(other.counts);
        let platforms = self.platforms.merge(&other.platforms);
        let products = self.products.merge(&other.products);
        let versions = self.versions.merge(&other.versions);
        let mut installed = vec![0; other.installed.len()];
        for (it, number) in other.installed {
            installed[number as usize] = self.number(Installed {
                product: products[it.product as usize],
                version: versions[it.version as usize],
            });
        }
        let windows: Vec<u32> = other.windows.into_iter().map(|it| self.keep(it)).collect();
        for (id, machine) in other.machines {
            let merged = self.machines.entry(id).or_default();
            for number in machine.installed {
                merged.add_installed(installed[number as usize]);
            }
            let platform = machine.platform.map(|it| platforms[it as usize]);
            merged.add_platform(platform, &self.platforms);
            let windows_row = machine.windows.map(|it| windows[it as usize]);
            merged.add_windows(windows_row, &self.windows);
        }
    }

    /// Builds the inventory from these rows.
    pub fn finish(self, generated_at: Timestamp) -> SoftwareInventory {
        let (versions, indexes) = self.sorted_versions();
        let mut machines: Vec<_> = self.machines.into_iter().collect();
        machines.sort_unstable_by_key(|it| it.0);
        let platform = |number: u32| Box::from(self.platforms.text(number));
        let mut sets: HashMap<SoftwareSet, u32, RandomState> = HashMap::default();
        let mut of_machines = Vec::with_capacity(machines.len());
        for (id, machine) in machines {
            let installed = machine.installed.iter();
            let mut versions: Vec<u32> = installed.map(|it| indexes[*it as usize]).collect();
            versions.sort_unstable();
            versions.dedup();
            let set = SoftwareSet {
                platform: machine.platform.map_or_else(Box::default, platform),
                versions: versions.into(),
                windows: machine.windows.map(|it| self.windows[it as usize].clone()),
            };
            let next = u32::try_from(sets.len()).unwrap_or(u32::MAX);
            of_machines.push((id, *sets.entry(set).or_insert(next)));
        }
        let mut sets: Vec<_> = sets.into_iter().collect();
        sets.sort_unstable_by_key(|it| it.1);
        SoftwareInventory {
            generated_at,
            versions,
            sets: sets.into_iter().map(|it| it.0).collect(),
            machines: of_machines,
        }
    }

    /// The versions of products, sorted, and the index of each number among them.
    fn sorted_versions(&self) -> (Vec<ProductVersion>, Vec<u32>) {
        let installed = self.installed.iter();
        let mut installed: Vec<_> = installed
            .map(|(it, number)| {
                let product = self.products.text(it.product);
                (product, self.versions.text(it.version), *number)
            })
            .collect();
        installed.sort_unstable();
        let mut indexes = vec![0; installed.len()];
        for ((_, _, number), index) in installed.iter().zip(0..) {
            indexes[*number as usize] = index;
        }
        let versions = installed
            .into_iter()
            .map(|(product, version, _)| ProductVersion {
                product: product.into(),
                version: version.into(),
            });
        (versions.collect(), indexes)
    }

    fn number(&mut self, installed: Installed) -> u32 {
        let next = u32::try_from(self.installed.len()).unwrap_or(u32::MAX);
        *self.installed.entry(installed).or_insert(next)
    }

    fn windows_number(&mut self, row: &SoftwareRow<'_>) -> u32 {
        let date = row.support_ends.get(..10);
        self.keep(Windows {
            build: row.version.into(),
            support_status: row.support_status.into(),
            support_ends: date.and_then(|date| date.parse::<Date>().ok()),
        })
    }

    /// A linear search: there are only as many values as builds of Windows.
    fn keep(&mut self, windows: Windows) -> u32 {
        let found = self.windows.iter().position(|it| *it == windows);
        let index = found.unwrap_or_else(|| {
            self.windows.push(windows);
            self.windows.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

impl MachineRows {
    fn add_installed(&mut self, number: u32) {
        let all = &mut self.installed;
        if all.len() == all.capacity() && all.len() >= DEDUPLICATE_AT {
            all.sort_unstable();
            all.dedup();
        }
        if all.last() != Some(&number) {
            all.push(number);
        }
    }

    /// If a machine has several platforms, the last one by name counts.
    fn add_platform(&mut self, platform: Option<u32>, platforms: &Distinct<str>) {
        if self.platform != platform {
            let both = self.platform.into_iter().chain(platform);
            self.platform = both.max_by_key(|it| platforms.text(*it));
        }
    }

    /// If a machine has several rows for Windows, the one with the highest version counts.
    fn add_windows(&mut self, row: Option<u32>, rows: &[Windows]) {
        if self.windows != row {
            let rank = |number: &u32| {
                let windows = &rows[*number as usize];
                (numbers(&windows.build), windows)
            };
            let both = self.windows.into_iter().chain(row);
            self.windows = both.max_by(|a, b| rank(a).cmp(&rank(b)));
        }
    }
}

/// Whether a product is Windows itself: `windows_11`, `windows_server_2022`, but not
/// `windows_defender`.
fn is_windows(product: &str) -> bool {
    let release = product.strip_prefix("windows_").map(|release| {
        let release = release.strip_prefix("server_").unwrap_or(release);
        release.starts_with(|first: char| first.is_ascii_digit())
    });
    release == Some(true)
}

/// The numbers of a version, which are compared one by one.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.');
    parts.map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests;
