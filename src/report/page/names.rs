//! What the list calls its machines.

use crate::{domain::machine::MachineId, inventory::Inventory};

use super::shown::text;

/// The machines' names. The column is looked for once, and not for each machine.
pub(super) struct Names<'run> {
    inventory: &'run Inventory,
    column: Option<usize>,
}

impl<'run> Names<'run> {
    pub(super) fn of(inventory: &'run Inventory) -> Self {
        Self {
            inventory,
            column: inventory.name_column(),
        }
    }

    /// Whether the list has names at all.
    pub(super) fn are_there(&self) -> bool {
        self.column.is_some()
    }

    /// Whether this is their column.
    pub(super) fn are_in(&self, column: usize) -> bool {
        self.column == Some(column)
    }

    /// A machine's name as the page shows it; empty where it has none.
    pub(super) fn at(&self, position: usize) -> String {
        let name = || self.inventory.cells.row(position).nth(self.column?);
        name().map(text).unwrap_or_default()
    }

    /// What to call a machine: by its name, or else by its id.
    pub(super) fn or_id(&self, position: usize, id: MachineId) -> String {
        let name = self.at(position);
        if name.is_empty() {
            id.to_string()
        } else {
            name
        }
    }
}
