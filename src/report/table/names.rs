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

    /// The name of the machine at this position of the inventory. Empty if it has none.
    pub(in crate::report) fn at(&self, position: usize) -> &'run str {
        let row = || self.inventory.row(position);
        let name = self.column.and_then(|column| row().nth(column));
        name.unwrap_or_default()
    }

    /// The name of a machine. Empty if it has none or has left the inventory.
    pub(in crate::report) fn of_machine(&self, machine: MachineId) -> &'run str {
        if self.column.is_none() {
            return "";
        }
        let positions = || {
            let machines = (0..).zip(&self.inventory.machines);
            machines.map(|(at, machine)| (machine.id, at)).collect()
        };
        let positions: &HashMap<_, _> = self.positions.get_or_init(positions);
        positions.get(&machine).map_or("", |at| self.at(*at))
    }
}
