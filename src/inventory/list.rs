//! The list of machines, as read from the inventory.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    cells::Cells,
    columns::{
        last_seen::{LastSeen, Unread, is_silent, last_seen_column},
        machine_names::{SharedNames, name_column},
    },
};
use crate::domain::{machine::MachineId, skip_reason::SkipReason};

/// The content of an inventory file.
///
/// Every row is counted exactly once: `rows() = machines + skipped + duplicates + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The path as it was given, `-` for standard input, or `service`.
    pub file: String,
    /// When and how it was fetched from the service; `None` for a file.
    pub fetched: Option<Fetched>,
    /// Names of the extra columns, which are all but the id column, in the order of the file. They
    /// are repeated in the machine report.
    pub columns: Vec<String>,
    /// The machines to request, each once, in the order of the file.
    pub machines: Vec<InventoryMachine>,
    /// The extra columns: one row per machine, one cell per column.
    pub cells: Cells,
    /// The machines that are not requested.
    pub skipped: Skipped,
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

/// A list that came from the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// When it was fetched.
    pub as_of: Timestamp,
    /// Whether it has all machines of the service, without an OData filter.
    pub is_whole: bool,
    /// The filters as text, which is equal for equal filters.
    pub query: String,
}

/// The machines of a list that are not requested: those with a reason in the column
/// `skippedBecause`. They are reported, but nothing is known about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    /// The machines, each once, in the order of the file.
    pub machines: Vec<SkippedMachine>,
    /// Their extra columns, as in [`Inventory::cells`].
    pub cells: Cells,
}

/// A machine that is not requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedMachine {
    /// The machine and its line.
    pub listed: InventoryMachine,
    /// Why it is skipped.
    pub reason: SkipReason,
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
        self.skipped.machines.shrink_to_fit();
        self.skipped.cells.shrink_to_fit();
        self.rejected.shrink_to_fit();
    }

    /// The same list without these machines.
    #[must_use]
    pub fn without(&self, machines: &HashSet<MachineId>) -> Self {
        let is_kept = |listed: &InventoryMachine| !machines.contains(&listed.id);
        let width = self.columns.len();
        let kept = self.machines.iter().enumerate();
        let kept: Vec<_> = kept.filter(|(_, it)| is_kept(it)).collect();
        let skipped = self.skipped.machines.iter().enumerate();
        let skipped: Vec<_> = skipped.filter(|(_, it)| is_kept(&it.listed)).collect();
        let mut list = Self {
            machines: kept.iter().map(|(_, it)| **it).collect(),
            cells: Cells::new(width),
            skipped: Skipped::default(),
            ..self.clone()
        };
        for (position, _) in kept {
            list.cells.push(self.cells.row(position));
        }
        if !skipped.is_empty() {
            list.skipped.machines = skipped.iter().map(|(_, it)| **it).collect();
            list.skipped.cells = Cells::new(width);
        }
        for (position, _) in skipped {
            list.skipped.cells.push(self.skipped.cells.row(position));
        }
        list
    }

    /// The number of rows of data in the file, without blank lines and the header.
    pub fn rows(&self) -> u64 {
        self.listed() + self.duplicates + self.rejected.len() as u64
    }

    /// The number of machines on the list, including those that are skipped.
    pub fn listed(&self) -> u64 {
        (self.machines.len() + self.skipped.machines.len()) as u64
    }

    /// The extra cells of a machine. The position counts the skipped machines after the others.
    pub fn row(&self, position: usize) -> impl ExactSizeIterator<Item = &str> + Clone {
        match position.checked_sub(self.machines.len()) {
            Some(skipped) => self.skipped.cells.row(skipped),
            None => self.cells.row(position),
        }
    }

    /// The column of machine names, if there is one.
    pub fn name_column(&self) -> Option<usize> {
        name_column(&self.columns)
    }

    /// Whether the list has a column with the name of the reports' own column of machine names.
    pub fn lists_machine_name(&self) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|name| name.eq_ignore_ascii_case("machineName"))
    }

    /// The machine's name in the list; `None` if there is no such column or the cell is empty.
    pub fn name(&self, position: usize) -> Option<&str> {
        let column = self.name_column()?;
        let name = self.row(position).nth(column)?;
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

    /// The machines that have not been seen for too long for an empty answer to mean anything.
    pub fn silent(&self, now: Timestamp) -> HashSet<MachineId> {
        self.last_seen_at(now, |seen| is_silent(seen, now))
    }

    /// The machines of which it is known that they are not silent.
    pub fn seen_lately(&self, now: Timestamp) -> HashSet<MachineId> {
        self.last_seen_at(now, |seen| !is_silent(seen, now))
    }

    fn last_seen_at(
        &self,
        now: Timestamp,
        is_wanted: impl Fn(Timestamp) -> bool,
    ) -> HashSet<MachineId> {
        let Some((column, last_seen)) = self.last_seen_column().zip(self.last_seen(now)) else {
            return HashSet::new();
        };
        let is_wanted = |position: usize| {
            let seen = last_seen.read(self.cells.row(position).nth(column)?);
            seen.map(&is_wanted)
        };
        let machines = self.machines.iter().enumerate();
        let wanted = machines.filter(|(position, _)| is_wanted(*position) == Some(true));
        wanted.map(|(_, machine)| machine.id).collect()
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
