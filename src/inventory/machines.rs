//! The machines of a list while it is read: each once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

use super::InventoryMachine;
use crate::machine::MachineId;

/// Machines in one block. A list that grows block by block never needs its memory twice.
const BLOCK: usize = 1 << 16;

/// The machines so far, and at which position each is: the ids themselves are not held twice.
#[derive(Debug, Default)]
pub(super) struct Machines {
    blocks: Vec<Vec<InventoryMachine>>,
    positions: HashTable<u32>,
    hasher: RandomState,
}

impl Machines {
    /// Adds a machine; false where it is there already.
    pub(super) fn insert(&mut self, id: MachineId, line: u64) -> bool {
        let Self {
            blocks,
            positions,
            hasher,
        } = self;
        let count = count(blocks);
        let at = |position: &u32| at(blocks, *position);
        let hash = |position: &u32| hasher.hash_one(at(position));
        let is_it = |position: &u32| at(position) == Some(id);
        let Entry::Vacant(place) = positions.entry(hasher.hash_one(Some(id)), is_it, hash) else {
            return false;
        };
        place.insert(u32::try_from(count).unwrap_or(u32::MAX));
        if count.is_multiple_of(BLOCK) {
            blocks.push(Vec::with_capacity(if count == 0 { 0 } else { BLOCK }));
        }
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        if let Some(block) = blocks.last_mut() {
            block.push(InventoryMachine { id, line });
        }
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All of them, in the order in which they came.
    pub(super) fn into_vec(self) -> Vec<InventoryMachine> {
        drop(self.positions);
        let mut machines = Vec::with_capacity(count(&self.blocks));
        for block in self.blocks {
            machines.extend_from_slice(&block);
        }
        machines
    }
}

fn count(blocks: &[Vec<InventoryMachine>]) -> usize {
    let last = blocks.last().map_or(0, Vec::len);
    blocks.len().saturating_sub(1) * BLOCK + last
}

fn at(blocks: &[Vec<InventoryMachine>], position: u32) -> Option<MachineId> {
    let position = usize::try_from(position).ok()?;
    Some(blocks.get(position / BLOCK)?.get(position % BLOCK)?.id)
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
        let mut machines = Machines::default();
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
