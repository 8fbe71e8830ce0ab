//! The names that the inventory has for its machines: an id of forty digits says little to people.

use std::{cell::OnceCell, collections::HashMap};

use crate::{domain::machine::MachineId, inventory::Inventory};

/// The machines' names. Their column is looked up once, and not for each machine.
#[derive(Debug)]
pub(in crate::report) struct MachineNames<'run> {
    pub(in crate::report) inventory: &'run Inventory,
    column: Option<usize>,
    /// Where each machine stands in the inventory; filled by the first request.
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

    /// The column of names, where there is one.
    pub(in crate::report) fn column(&self) -> Option<usize> {
        self.column
    }

    /// The name of the machine at this place of the inventory; empty where it has none.
    pub(in crate::report) fn at(&self, position: usize) -> &'run str {
        let row = || self.inventory.cells.row(position);
        let name = self.column.and_then(|column| row().nth(column));
        name.unwrap_or_default()
    }

    /// The same of a machine that may have left the inventory.
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
