//! The machine names in the inventory, because 40-digit ids are hard to recognise.

use std::cell::OnceCell;

use crate::{domain::machine::MachineId, inventory::Inventory};

/// The machine names. The name column is looked up once, not for each machine.
#[derive(Debug)]
pub(in crate::report) struct MachineNames<'run> {
    pub(in crate::report) inventory: &'run Inventory,
    column: Option<usize>,
    /// The positions of the machines in the inventory, by id: a map of a million ids takes 70 MB. Sorted on first use.
    positions: OnceCell<Vec<u32>>,
}

impl<'run> MachineNames<'run> {
    pub(in crate::report) fn of(inventory: &'run Inventory) -> Self {
        Self {
            inventory,
            column: inventory.name_column(),
            positions: OnceCell::new(),
        }
    }

    /// The index of the name column, if there is one.
    pub(in crate::report) fn column(&self) -> Option<usize> {
        self.column
    }

    /// The name of the machine at this position of the inventory. `None` if it has none.
    pub(in crate::report) fn at(&self, position: usize) -> Option<&'run str> {
        let name = self.inventory.row(position).nth(self.column?)?;
        (!name.is_empty()).then_some(name)
    }

    /// The name of a machine. `None` if it has none or has left the inventory.
    pub(in crate::report) fn of_machine(&self, machine: MachineId) -> Option<&'run str> {
        self.column?;
        let id = |position: &u32| id(self.inventory, *position);
        let positions = self.positions.get_or_init(|| positions(self.inventory));
        let found = positions.binary_search_by_key(&machine, id).ok()?;
        self.at(positions[found] as usize)
    }
}

/// The positions of all machines, those that are skipped included, sorted by id.
fn positions(inventory: &Inventory) -> Vec<u32> {
    let machines = inventory.machines.len() + inventory.skipped.machines.len();
    let mut positions: Vec<u32> = (0..).take(machines).collect();
    positions.sort_unstable_by_key(|position| id(inventory, *position));
    positions
}

fn id(inventory: &Inventory, position: u32) -> MachineId {
    let position = position as usize;
    match position.checked_sub(inventory.machines.len()) {
        Some(skipped) => inventory.skipped.machines[skipped].listed.id,
        None => inventory.machines[position].id,
    }
}
