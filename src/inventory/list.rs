//! The list of machines, as read from the inventory.

use jiff::Timestamp;

use super::{
    cells::Cells,
    columns::{
        last_seen::{LastSeen, Unread, last_seen_column},
        machine_names::{SharedNames, name_column},
    },
};
use crate::domain::machine::MachineId;

/// The content of an inventory file.
///
/// Every row is counted exactly once: `rows() = machines + duplicates + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The path as it was given, or `-` for standard input.
    pub file: String,
    /// Names of the extra columns, which are all but the id column, in the order of the file. They
    /// are repeated in the machine report.
    pub columns: Vec<String>,
    /// The machines to request, each once, in the order of the file.
    pub machines: Vec<InventoryMachine>,
    /// The extra columns: one row per machine, one cell per column.
    pub cells: Cells,
    /// Rows that repeat an earlier machine.
    pub duplicates: u64,
    /// Rows without a valid machine id.
    pub rejected: Vec<RejectedRow>,
}

/// One machine of the inventory. The rest of its row is in [`Inventory::cells`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InventoryMachine {
    /// The machine's id.
    pub id: MachineId,
    /// Line of the file on which its row begins, from 1. It is 32 bits wide to save memory with a
    /// million machines; no file has four thousand million lines.
    pub line: u32,
}

/// A row without a valid machine id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The text in the id column; invisible characters are escapes such as `\u{200b}`.
    pub input: String,
}

impl Inventory {
    /// Frees the unused capacity of the lists.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.machines.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.rejected.shrink_to_fit();
    }

    /// The number of rows of data in the file, without blank lines and the header.
    pub fn rows(&self) -> u64 {
        self.machines.len() as u64 + self.duplicates + self.rejected.len() as u64
    }

    /// The column of machine names, if there is one.
    pub fn name_column(&self) -> Option<usize> {
        name_column(&self.columns)
    }

    /// The machine's name in the list; `None` if there is no such column or the cell is empty.
    pub fn name(&self, position: usize) -> Option<&str> {
        let column = self.name_column()?;
        let name = self.cells.row(position).nth(column)?;
        (!name.is_empty()).then_some(name)
    }

    /// Names that several machines share, ignoring case. Usually such a machine is a computer that
    /// was reinstalled, next to its old record.
    pub fn shared_names(&self) -> Option<SharedNames> {
        SharedNames::among(self.cells_of(self.name_column()?))
    }

    /// The column with the time at which the machines were last seen, if there is one.
    pub fn last_seen_column(&self) -> Option<usize> {
        last_seen_column(&self.columns)
    }

    /// How that column is read, if there is one.
    pub fn last_seen(&self, now: Timestamp) -> Option<LastSeen> {
        Some(LastSeen::of(self.cells_of(self.last_seen_column()?), now))
    }

    /// The cells of that column that cannot be read as a time; `None` if all can.
    pub fn unread_last_seen(&self, now: Timestamp) -> Option<Unread> {
        let column = self.last_seen_column()?;
        self.last_seen(now)?.unread(self.cells_of(column))
    }

    /// The cells of one column, in the order of the machines.
    fn cells_of(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        let rows = (0..self.machines.len()).map(|position| self.cells.row(position));
        rows.filter_map(move |mut row| row.nth(column))
    }
}
