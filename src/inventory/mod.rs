//! The inventory: which machines are asked for, read from CSV in any of its real shapes.

mod cells;
mod columns;
mod decode;
mod error;
mod header;
mod ids;
mod joined;
mod json;
mod last_seen;
mod layout;
mod limits;
mod lines;
mod machines;
mod meaning;
mod overlong;
mod read;
mod reading;
mod rows;
mod shape;
mod source;
mod stray;
#[cfg(test)]
mod tests;
mod times;
mod unseen;

pub use cells::Cells;
pub use columns::OWN_COLUMNS;
pub use error::{InventoryError, Problem};
pub use last_seen::{LastSeen, Unread, UnreadReason};
pub use limits::TooMuch;
pub use meaning::SharedNames;
pub use read::read_from;
pub use source::{Source, read};

use crate::domain::machine::MachineId;

/// What the inventory file holds.
///
/// Every row is in exactly one place: `rows() = machines + duplicates + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Where it was read from: the path as it was typed, or `-` for standard input.
    pub file: String,
    /// Names of the columns that travel along to the machine report, in their order.
    pub columns: Vec<String>,
    /// The machines to ask for, each once, in the order of the file.
    pub machines: Vec<InventoryMachine>,
    /// What their rows say in the other columns: a row for each of the machines, and one cell
    /// for each of the columns.
    pub cells: Cells,
    /// Rows that repeat an earlier machine.
    pub duplicates: u64,
    /// Rows whose id is no machine id.
    pub rejected: Vec<RejectedRow>,
}

/// One machine of the inventory. What else its row says is in [`Inventory::cells`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InventoryMachine {
    /// The machine's id.
    pub id: MachineId,
    /// Line of the file on which its row begins, from 1. It is narrow, because there may be a
    /// million of them; a file of four thousand million lines has no more numbers.
    pub line: u32,
}

/// A row whose id is no machine id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The text in the id column, as it stands there; what cannot be seen is an escape such as
    /// `\u{200b}`.
    pub input: String,
}

impl Inventory {
    /// Gives back the memory that lists hold while they grow.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.machines.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.rejected.shrink_to_fit();
    }

    /// Rows of data in the file; blank lines and the header are none.
    pub fn rows(&self) -> u64 {
        self.machines.len() as u64 + self.duplicates + self.rejected.len() as u64
    }
}
