//! The machines of a list while it is read: each once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

use super::InventoryMachine;
use crate::domain::machine::MachineId;

/// Machines for which there is room at once, at most: more are no list any more.
const MOST: usize = 10_000_000;

/// The machines so far, and at which position each is: the ids themselves are not held twice.
#[derive(Debug, Default)]
pub(super) struct Machines {
    list: Vec<InventoryMachine>,
    positions: HashTable<u32>,
    hasher: RandomState,
}

impl Machines {
    /// Room for about so many. Memory that is not used costs nothing, but to move a list that has
    /// grown takes it twice.
    pub(super) fn with_room(rows: usize) -> Self {
        Self {
            list: Vec::with_capacity(rows.min(MOST)),
            ..Self::default()
        }
    }

    /// Adds a machine; false where it is there already.
    pub(super) fn insert(&mut self, id: MachineId, line: u64) -> bool {
        let Self {
            list,
            positions,
            hasher,
        } = self;
        let at = |position: &u32| at(list, *position);
        let hash = |position: &u32| hasher.hash_one(at(position));
        let is_it = |position: &u32| at(position) == Some(id);
        let Entry::Vacant(place) = positions.entry(hasher.hash_one(Some(id)), is_it, hash) else {
            return false;
        };
        place.insert(u32::try_from(list.len()).unwrap_or(u32::MAX));
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        list.push(InventoryMachine { id, line });
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order in which they came.
    pub(super) fn into_vec(self) -> Vec<InventoryMachine> {
        self.list
    }
}

fn at(list: &[InventoryMachine], position: u32) -> Option<MachineId> {
    Some(list.get(usize::try_from(position).ok()?)?.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_machine_is_there_once_and_in_order() {
        let id = |number: u32| {
            let mut bytes = [0; 20];
            bytes[16..].copy_from_slice(&number.to_be_bytes());
            MachineId::from_bytes(bytes)
        };
        let mut machines = Machines::with_room(100_000);
        assert!(machines.is_empty());
        for number in 0..150_000 {
            assert!(machines.insert(id(number), u64::from(number) + 2));
            assert!(!machines.insert(id(number / 2), 1));
        }
        let expected = (0..150_000).map(|number| InventoryMachine {
            id: id(number),
            line: number + 2,
        });
        assert!(machines.into_vec().into_iter().eq(expected));
    }
}
