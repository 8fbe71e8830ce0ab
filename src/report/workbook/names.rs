//! What the list calls its machines, beside their ids: forty digits tell nobody which server it is.

use std::{cell::OnceCell, collections::HashMap};

use rust_xlsxwriter::XlsxError;

use super::listing::{Column, Kind, Listing};
use crate::{domain::machine::MachineId, inventory::Inventory, report::Run};

/// The names, where the list has any.
pub(super) struct MachineNames<'run> {
    inventory: &'run Inventory,
    column: Option<usize>,
    /// Where each machine stands in the list; filled when somebody asks.
    positions: OnceCell<HashMap<MachineId, usize>>,
}

impl<'run> MachineNames<'run> {
    pub(super) fn of(run: &Run<'run>) -> Self {
        Self {
            inventory: run.inventory,
            column: run.inventory.name_column(),
            positions: OnceCell::new(),
        }
    }

    /// The columns of a sheet, with theirs behind those `before` it, which end with the ids.
    pub(super) fn among(
        &self,
        before: impl IntoIterator<Item = Column>,
        after: impl IntoIterator<Item = Column>,
    ) -> Vec<Column> {
        let own = self.column.map(|_| Column::new("Machine", 28, Kind::Text));
        before.into_iter().chain(own).chain(after).collect()
    }

    /// Writes the name of the machine at this place of the list; an empty cell where there is no
    /// such place, and nothing where the list has no names.
    pub(super) fn at(
        &self,
        listing: &mut Listing<'_>,
        position: Option<usize>,
    ) -> Result<(), XlsxError> {
        let Some(column) = self.column else {
            return Ok(());
        };
        let row = position.map(|position| self.inventory.cells.row(position));
        listing.text(row.and_then(|mut row| row.nth(column)).unwrap_or_default())
    }

    /// The same of a machine that may have left the list.
    pub(super) fn of_machine(
        &self,
        listing: &mut Listing<'_>,
        machine: MachineId,
    ) -> Result<(), XlsxError> {
        let positions = || {
            let machines = self.inventory.machines.iter().enumerate();
            machines
                .map(|(place, machine)| (machine.id, place))
                .collect()
        };
        let found = self.column.and_then(|_| {
            let positions: &HashMap<_, _> = self.positions.get_or_init(positions);
            positions.get(&machine).copied()
        });
        self.at(listing, found)
    }
}
