//! An index of the machines in a list, so that each is added only once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

use crate::{domain::machine::MachineId, inventory::list::InventoryMachine};

/// Maps each machine to its position in the list, without a second copy of the ids.
#[derive(Debug, Default)]
pub(super) struct MachineIndex {
    positions: HashTable<u32>,
    hasher: RandomState,
}

impl MachineIndex {
    /// Adds a machine to the indexed list; returns false if it is already there.
    pub(super) fn insert(
        &mut self,
        list: &mut Vec<InventoryMachine>,
        machine: InventoryMachine,
    ) -> bool {
        let id_at = |position: &u32| id_at(list, *position);
        let hash = |position: &u32| self.hasher.hash_one(id_at(position));
        let is_it = |position: &u32| id_at(position) == Some(machine.id);
        let own_hash = self.hasher.hash_one(Some(machine.id));
        let Entry::Vacant(entry) = self.positions.entry(own_hash, is_it, hash) else {
            return false;
        };
        entry.insert(u32::try_from(list.len()).unwrap_or(u32::MAX));
        list.push(machine);
        true
    }
}

fn id_at(list: &[InventoryMachine], position: u32) -> Option<MachineId> {
    Some(list.get(usize::try_from(position).ok()?)?.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_unique_and_in_order() {
        let id = |number: u32| {
            let mut bytes = [0; 20];
            bytes[16..].copy_from_slice(&number.to_be_bytes());
            MachineId::from_bytes(bytes)
        };
        let machine = |number: u32| InventoryMachine {
            id: id(number),
            line: number + 2,
        };
        let (mut index, mut list) = (MachineIndex::default(), Vec::new());
        for number in 0..150_000 {
            assert!(index.insert(&mut list, machine(number)));
            assert!(!index.insert(&mut list, machine(number / 2)));
        }
        assert!(list.into_iter().eq((0..150_000).map(machine)));
    }
}
