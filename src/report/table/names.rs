//! The machine names in the inventory, because 40-digit ids are hard to recognise.

use std::{cell::OnceCell, collections::HashMap};

use crate::{domain::machine::MachineId, inventory::Inventory};

/// The machine names. The name column is looked up once, not for each machine.
#[derive(Debug)]
pub(in crate::report) struct MachineNames<'run> {
    pub(in crate::report) inventory: &'run Inventory,
    column: Option<usize>,
    /// The position of each machine in the inventory. Built on first use.
    positions: OnceCell<HashMap<MachineId, usize>>,
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
        let positions = self.positions.get_or_init(|| positions(self.inventory));
        self.at(*positions.get(&machine)?)
    }
}

/// The position of every machine, those that are skipped included.
fn positions(inventory: &Inventory) -> HashMap<MachineId, usize> {
    let skipped = inventory.skipped.machines.iter().map(|it| it.listed.id);
    let machines = inventory.machines.iter().map(|it| it.id);
    machines.chain(skipped).zip(0..).collect()
}
