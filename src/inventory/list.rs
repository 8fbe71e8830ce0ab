//! The list of machines that was read.

use jiff::Timestamp;

use super::{
    cells::Cells,
    columns::{
        last_seen::{LastSeen, Unread, last_seen_column},
        machine_names::{SharedNames, name_column},
    },
};
use crate::domain::machine::MachineId;

/// What the inventory file holds.
///
/// Every row is in exactly one place: `rows() = machines + duplicates + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Where it was read from: the path as it was typed, or `-` for standard input.
    pub file: String,
    /// Names of the extra columns, those beside the id column, in their order. They are repeated
    /// in the machine report.
    pub columns: Vec<String>,
    /// The machines to request, each once, in the order of the file.
    pub machines: Vec<InventoryMachine>,
    /// The extra columns: a row for each of the machines, and one cell for each of the columns.
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
    /// Line of the file on which its row begins, from 1. It is narrow, because there may be a
    /// million of them; no file has four thousand million lines.
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
    /// Gives back the memory that the lists do not use.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.machines.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.rejected.shrink_to_fit();
    }

    /// Rows of data in the file, without blank lines and the header.
    pub fn rows(&self) -> u64 {
        self.machines.len() as u64 + self.duplicates + self.rejected.len() as u64
    }

    /// The column with the names of the machines, if there is one.
    pub fn name_column(&self) -> Option<usize> {
        name_column(&self.columns)
    }

    /// The machine's name in the list: none where it has no such column, or an empty cell.
    pub fn name(&self, position: usize) -> Option<&str> {
        let column = self.name_column()?;
        let name = self.cells.row(position).nth(column)?;
        (!name.is_empty()).then_some(name)
    }

    /// Names that stand for more than one machine, whatever the case of their letters: as a rule
    /// a computer that was set up anew, beside its old record.
    pub fn shared_names(&self) -> Option<SharedNames> {
        SharedNames::among(self.cells_of(self.name_column()?))
    }

    /// The column that says when the machines were last seen, if there is one.
    pub fn last_seen_column(&self) -> Option<usize> {
        last_seen_column(&self.columns)
    }

    /// How that column is read, if there is one.
    pub fn last_seen(&self, now: Timestamp) -> Option<LastSeen> {
        Some(LastSeen::of(self.cells_of(self.last_seen_column()?), now))
    }

    /// The cells of that column that cannot be read as a time; none where all can.
    pub fn unread_last_seen(&self, now: Timestamp) -> Option<Unread> {
        let column = self.last_seen_column()?;
        self.last_seen(now)?.unread(self.cells_of(column))
    }

    /// The cells of one column, machine by machine.
    fn cells_of(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        let rows = (0..self.machines.len()).map(|position| self.cells.row(position));
        rows.filter_map(move |mut row| row.nth(column))
    }
}
