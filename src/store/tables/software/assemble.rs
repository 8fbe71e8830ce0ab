//! Builds an inventory from the sets of machines, identical to the one that was fetched.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use jiff::Timestamp;
use rusqlite::{Connection, Result};

use super::sets::{StoredSet, for_each_set, versions};
use crate::{
    domain::{
        machine::MachineId,
        software::{ProductVersion, SoftwareInventory, SoftwareSet},
    },
    store::error::damage,
};

/// The machines so far, sorted by id.
#[derive(Default)]
pub(super) struct Assembly {
    machines: Vec<(MachineId, u32)>,
    /// The index of each set, by its number in the store, in the order of the first machine with it.
    indexes: HashMap<i64, u32, RandomState>,
}

impl Assembly {
    /// Adds the next machine.
    pub(super) fn add(&mut self, machine: MachineId, set: i64) {
        let next = u32::try_from(self.indexes.len()).unwrap_or(u32::MAX);
        let index = *self.indexes.entry(set).or_insert(next);
        self.machines.push((machine, index));
    }

    /// The inventory of these machines.
    pub(super) fn finish(
        self,
        connection: &Connection,
        generated_at: Timestamp,
    ) -> Result<SoftwareInventory> {
        let mut stored: Vec<Option<StoredSet>> = Vec::new();
        stored.resize_with(self.indexes.len(), || None);
        for_each_set(connection, |number, set| {
            if let Some(index) = self.indexes.get(&number) {
                stored[*index as usize] = Some(set);
            }
            Ok(())
        })?;
        let stored: Option<Vec<StoredSet>> = stored.into_iter().collect();
        let stored = stored.ok_or_else(|| damage("a set of software is missing"))?;
        let numbers = stored.iter().map(StoredSet::version_numbers);
        let numbers: Vec<Vec<i64>> = numbers.collect::<Result<_>>()?;
        let (versions, indexes) = sorted_versions(connection, &numbers)?;
        let sets = stored.into_iter().zip(numbers).map(|(set, numbers)| {
            let mut versions: Vec<u32> = numbers.iter().map(|it| indexes[it]).collect();
            versions.sort_unstable();
            Ok(SoftwareSet {
                windows: set.windows()?,
                platform: set.platform.into(),
                versions: versions.into(),
            })
        });
        Ok(SoftwareInventory {
            generated_at,
            versions,
            sets: sets.collect::<Result<_>>()?,
            machines: self.machines,
        })
    }
}

/// The versions with these numbers, sorted, and the index of each number among them.
fn sorted_versions(
    connection: &Connection,
    numbers: &[Vec<i64>],
) -> Result<(Vec<ProductVersion>, HashMap<i64, u32, RandomState>)> {
    let mut all = versions(connection)?;
    let used: BTreeSet<i64> = numbers.iter().flatten().copied().collect();
    let mut found = Vec::with_capacity(used.len());
    for number in used {
        let version = all.remove(&number);
        let version = version.ok_or_else(|| damage("a version of software is missing"))?;
        found.push((version, number));
    }
    found.sort_unstable();
    let indexes = found
        .iter()
        .zip(0..)
        .map(|(it, index)| (it.1, index))
        .collect();
    Ok((found.into_iter().map(|it| it.0).collect(), indexes))
}
