//! From the sets of machines to an inventory, as it would be if it had just been fetched.

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
    /// The place of each set, by its number in the store, in the order of the first machine with it.
    places: HashMap<i64, u32, RandomState>,
}

impl Assembly {
    /// Adds the next machine.
    pub(super) fn add(&mut self, machine: MachineId, set: i64) {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(set).or_insert(next);
        self.machines.push((machine, place));
    }

    /// The inventory of these machines.
    pub(super) fn finish(
        self,
        connection: &Connection,
        generated_at: Timestamp,
    ) -> Result<SoftwareInventory> {
        let mut stored: Vec<Option<StoredSet>> = Vec::new();
        stored.resize_with(self.places.len(), || None);
        for_each_set(connection, |number, set| {
            if let Some(place) = self.places.get(&number) {
                stored[*place as usize] = Some(set);
            }
            Ok(())
        })?;
        let stored: Option<Vec<StoredSet>> = stored.into_iter().collect();
        let stored = stored.ok_or_else(|| damage("a set of software is missing"))?;
        let numbers = stored.iter().map(StoredSet::version_numbers);
        let numbers: Vec<Vec<i64>> = numbers.collect::<Result<_>>()?;
        let (versions, places) = sorted_versions(connection, &numbers)?;
        let sets = stored.into_iter().zip(numbers).map(|(set, numbers)| {
            let mut versions: Vec<u32> = numbers.iter().map(|it| places[it]).collect();
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

/// The versions with these numbers, sorted, and the place of each number among them.
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
    let places = found
        .iter()
        .zip(0..)
        .map(|(it, place)| (it.1, place))
        .collect();
    Ok((found.into_iter().map(|it| it.0).collect(), places))
}
