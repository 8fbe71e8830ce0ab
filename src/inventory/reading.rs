//! An inventory that grows row by row.

use std::collections::HashSet;

use super::{
    Cells, Inventory, InventoryMachine, Problem, RejectedRow,
    columns::{id_position, machine_id, travelling},
    decode::{cell, is_blank},
    rows::Row,
};
use crate::machine::MachineId;

/// An inventory that is being read.
pub(super) struct Reading {
    inventory: Inventory,
    /// Names of all columns, empty where there is none.
    names: Vec<String>,
    /// Position of the id column.
    id: usize,
    seen: HashSet<MachineId>,
    /// Whether a column that travels along has a name or anything in it.
    used: Vec<bool>,
    /// The first row as a header, where it may be one.
    maybe_header: Option<Vec<String>>,
    /// Position of a column that holds ids where the id column holds none.
    holding: Option<usize>,
    overlong: Overlong,
    /// Line of the first row of a file without a header that names several machines.
    several: Option<u64>,
}

/// Rows that hold more than there are columns.
#[derive(Default)]
struct Overlong {
    rows: u64,
    first_line: u64,
}

impl Reading {
    pub(super) fn new(file: &str, names: Vec<String>, id: usize) -> Self {
        let mut used: Vec<bool> = names.iter().map(|name| !name.is_empty()).collect();
        used.remove(id);
        Self {
            inventory: Inventory {
                file: file.to_owned(),
                columns: travelling(&names, id),
                cells: Cells::new(used.len()),
                ..Inventory::default()
            },
            names,
            id,
            seen: HashSet::new(),
            used,
            maybe_header: None,
            holding: None,
            overlong: Overlong::default(),
            several: None,
        }
    }

    /// Goes on from the first row, which is data.
    pub(super) fn with(mut self, first: Row<'_>) -> Self {
        self.take(first);
        self
    }

    /// Goes on though the first row may have been a header.
    pub(super) fn unsure(mut self, header: Vec<String>) -> Self {
        self.maybe_header = Some(header);
        self
    }

    pub(super) fn take(&mut self, row: Row<'_>) {
        if self.several.is_none() && self.names_several(row) {
            self.several = Some(row.line);
        }
        let input = cell(row.cells.get(self.id).unwrap_or_default());
        match machine_id(&input) {
            Some(id) if self.seen.insert(id) => self.accept(id, row),
            Some(_) => self.inventory.duplicates += 1,
            None => self.reject(input.into_owned(), row),
        }
        if row
            .cells
            .iter()
            .skip(self.names.len())
            .any(|cell| !is_blank(cell))
        {
            self.overlong.note(row.line);
        }
    }

    /// Whether a row of a file without a header holds ids beside the one that is taken: no
    /// machine may get lost in a column that travels along.
    fn names_several(&self, row: Row<'_>) -> bool {
        let is_id = |bytes| machine_id(&cell(bytes)).is_some();
        let mut others = (0..)
            .zip(row.cells)
            .filter(|(position, _)| *position != self.id);
        self.names.iter().all(String::is_empty) && others.any(|(_, bytes)| is_id(bytes))
    }

    fn accept(&mut self, id: MachineId, row: Row<'_>) {
        let positions = (0..self.names.len()).filter(|&position| position != self.id);
        let cells = positions.map(|position| row.cells.get(position).unwrap_or_default());
        let cells = cells.zip(&mut self.used).map(|(bytes, used)| {
            *used = *used || !is_blank(bytes);
            cell(bytes)
        });
        self.inventory.cells.push(cells);
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        self.inventory.machines.push(InventoryMachine { id, line });
    }

    fn reject(&mut self, input: String, row: Row<'_>) {
        if self.inventory.machines.is_empty() && self.holding.is_none() {
            self.holding = id_position(row.cells);
        }
        self.inventory.rejected.push(RejectedRow {
            line: row.line,
            input,
        });
    }

    pub(super) fn finish(mut self) -> Result<Inventory, Problem> {
        if self.inventory.machines.is_empty() {
            return Err(self.without_machines());
        }
        if let Some(line) = self.several {
            return Err(Problem::SeveralIds { line });
        }
        self.overlong.warn(&self.inventory.file, self.names.len());
        self.drop_unused();
        self.inventory.shrink_to_fit();
        Ok(self.inventory)
    }

    fn without_machines(self) -> Problem {
        let holding = self.holding.and_then(|at| self.names.get(at).cloned());
        let rows = self.inventory.rejected.len();
        match (
            self.maybe_header,
            self.inventory.rejected.into_iter().next(),
        ) {
            (Some(columns), _) => Problem::NoIdColumn { columns, holding },
            (None, None) => Problem::NoRows,
            (None, Some(RejectedRow { line, input })) => Problem::NoValidId {
                rows,
                line,
                input,
                holding,
            },
        }
    }

    /// Drops the columns with neither a name nor anything in them: Excel likes to write
    /// delimiters behind the last one.
    fn drop_unused(&mut self) {
        if self.used.iter().all(|&used| used) {
            return;
        }
        self.inventory.cells.retain_columns(&self.used);
        let mut used = self.used.iter();
        let columns = &mut self.inventory.columns;
        columns.retain(|_| used.next().is_none_or(|&used| used));
    }
}

impl Overlong {
    fn note(&mut self, line: u64) {
        if self.rows == 0 {
            self.first_line = line;
        }
        self.rows += 1;
    }

    fn warn(&self, file: &str, columns: usize) {
        let Self { rows, first_line } = *self;
        if rows > 0 {
            tracing::warn!(
                file,
                first_line,
                rows,
                "{rows} rows of {file} have more cells than its {columns} columns, \
                 first on line {first_line}: the surplus is not read"
            );
        }
    }
}
