//! Collects the rows of a software inventory by machine as they arrive.
//!
//! Rows may arrive in any order, repeatedly, and from several files: the resulting inventory is the same.
//! Memory grows with machines and distinct versions, not with rows.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use jiff::{Timestamp, civil::Date};

use super::{MachineId, ProductVersion, SoftwareInventory, SoftwareSet, Windows};
use crate::domain::{bulk::RowCounts, texts::Texts};

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
    platforms: Texts,
    products: Texts,
    versions: Texts,
    pairs: HashMap<(u32, u32), u32, RandomState>,
    windows: Vec<Windows>,
    machines: HashMap<MachineId, MachineRows, RandomState>,
}

/// The rows of one machine. All numbers are indexes into the lists of [`SoftwareRows`].
#[derive(Debug, Default)]
struct MachineRows {
    platform: Option<u32>,
    /// Pairs of product and version; may have duplicates.
    pairs: Vec<u32>,
    windows: Option<u32>,
}

impl SoftwareRows {
    /// Adds a row.
    pub fn add(&mut self, row: &SoftwareRow<'_>) {
        let platform = (!row.platform.is_empty()).then(|| self.platforms.number(row.platform));
        let product = self.products.number(row.product);
        let pair = self.pair(product, row.version);
        let windows = is_windows(row.product).then(|| self.windows_number(row));
        let machine = self.machines.entry(row.machine).or_default();
        machine.add_pair(pair);
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
        let mut pairs = vec![0; other.pairs.len()];
        for ((product, version), pair) in other.pairs {
            let key = (products[product as usize], versions[version as usize]);
            pairs[pair as usize] = self.pair_number(key);
        }
        let windows: Vec<u32> = other.windows.into_iter().map(|it| self.keep(it)).collect();
        for (id, machine) in other.machines {
            let merged = self.machines.entry(id).or_default();
            for pair in machine.pairs {
                merged.add_pair(pairs[pair as usize]);
            }
            let platform = machine.platform.map(|it| platforms[it as usize]);
            merged.add_platform(platform, &self.platforms);
            let windows_row = machine.windows.map(|it| windows[it as usize]);
            merged.add_windows(windows_row, &self.windows);
        }
    }

    /// Builds the inventory from these rows.
    pub fn finish(self, generated_at: Timestamp) -> SoftwareInventory {
        let (versions, numbers) = self.sorted_versions();
        let mut machines: Vec<_> = self.machines.into_iter().collect();
        machines.sort_unstable_by_key(|it| it.0);
        let platform = |number: u32| Box::from(self.platforms.text(number));
        let mut sets: HashMap<SoftwareSet, u32, RandomState> = HashMap::default();
        let mut of_machines = Vec::with_capacity(machines.len());
        for (id, machine) in machines {
            let pairs = machine.pairs.iter();
            let mut versions: Vec<u32> = pairs.map(|it| numbers[*it as usize]).collect();
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

    /// The versions of products, sorted, and the index of each pair among them.
    fn sorted_versions(&self) -> (Vec<ProductVersion>, Vec<u32>) {
        let pairs = self.pairs.iter();
        let mut pairs: Vec<_> = pairs
            .map(|((product, version), pair)| {
                let product = self.products.text(*product);
                (product, self.versions.text(*version), *pair)
            })
            .collect();
        pairs.sort_unstable();
        let mut numbers = vec![0; pairs.len()];
        for ((_, _, pair), index) in pairs.iter().zip(0..) {
            numbers[*pair as usize] = index;
        }
        let versions = pairs
            .into_iter()
            .map(|(product, version, _)| ProductVersion {
                product: product.into(),
                version: version.into(),
            });
        (versions.collect(), numbers)
    }

    fn pair(&mut self, product: u32, version: &str) -> u32 {
        let version = self.versions.number(version);
        self.pair_number((product, version))
    }

    fn pair_number(&mut self, key: (u32, u32)) -> u32 {
        let next = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        *self.pairs.entry(key).or_insert(next)
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
    fn add_pair(&mut self, pair: u32) {
        if self.pairs.len() == self.pairs.capacity() && self.pairs.len() >= DEDUPLICATE_AT {
            self.pairs.sort_unstable();
            self.pairs.dedup();
        }
        if self.pairs.last() != Some(&pair) {
            self.pairs.push(pair);
        }
    }

    /// If a machine has several platforms, the last one by name counts.
    fn add_platform(&mut self, platform: Option<u32>, platforms: &Texts) {
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
