//! An inventory that grows row by row.

use std::mem;

use super::{
    Cells, Inventory, Problem, RejectedRow,
    columns::{id_position, travelling},
    decode::{cell, is_blank},
    header::is_marker,
    ids::machine_id,
    joined::{Header, Joined},
    layout::Layout,
    limits::{Meter, ROWS_WITHOUT_ID},
    machines::Machines,
    overlong::Overlong,
    rows::Row,
    stray,
    unseen::visible,
};
use crate::domain::machine::MachineId;

/// An inventory that is being read.
pub(super) struct Reading {
    inventory: Inventory,
    /// The machines so far.
    machines: Machines,
    /// Names of all columns, empty where there is none.
    names: Vec<String>,
    /// Where in the rows what stands.
    layout: Layout,
    joined: Joined,
    /// Whether a column that travels along has a name or anything in it.
    used: Vec<bool>,
    /// The first row as a header, where it may be one.
    maybe_header: Option<Vec<String>>,
    /// Position of a column that holds ids where the id column holds none.
    holding: Option<usize>,
    overlong: Overlong,
    meter: Meter,
}

impl Reading {
    pub(super) fn new(file: &str, names: Vec<String>, id: usize, joined: Joined) -> Self {
        let mut used: Vec<bool> = names.iter().map(|name| !name.is_empty()).collect();
        used.remove(id);
        Self {
            inventory: Inventory {
                file: file.to_owned(),
                columns: travelling(&names, id),
                cells: Cells::new(used.len()),
                ..Inventory::default()
            },
            machines: Machines::default(),
            layout: Layout::new(&names, id),
            joined: joined.with_columns(names.clone(), id),
            names,
            used,
            maybe_header: None,
            holding: None,
            overlong: Overlong::default(),
            meter: Meter::default(),
        }
    }

    /// Makes room for about so many rows.
    pub(super) fn expect(mut self, rows: usize) -> Self {
        if self.machines.is_empty() {
            self.machines = Machines::with_room(rows);
        }
        self
    }

    /// Goes on from the first row, which is data.
    pub(super) fn with(mut self, first: Row<'_>) -> Result<Self, Problem> {
        self.take(first)?;
        Ok(self)
    }

    /// Goes on though the first row may have been a header.
    pub(super) fn unsure(mut self, header: Vec<String>) -> Self {
        self.maybe_header = Some(header);
        self
    }

    pub(super) fn take(&mut self, row: Row<'_>) -> Result<(), Problem> {
        let text = cell(row.cells.get(self.layout.id).unwrap_or_default());
        match machine_id(&text) {
            Some(id) => self.take_machine(id, row)?,
            None if self.is_no_row(row)? => return Ok(()),
            None => self.reject(&text, row)?,
        }
        self.overlong.look_at(row, self.layout.width);
        self.meter.count(&self.inventory.cells)
    }

    fn take_machine(&mut self, id: MachineId, row: Row<'_>) -> Result<(), Problem> {
        stray::check(row, id, &self.layout)?;
        self.joined.accepted();
        if self.machines.insert(id, row.line) {
            self.keep_cells(row);
        } else {
            self.inventory.duplicates += 1;
        }
        Ok(())
    }

    fn keep_cells(&mut self, row: Row<'_>) {
        let positions = self.layout.others.iter();
        let cells = positions.map(|at| at.and_then(|at| row.cells.get(at)).unwrap_or_default());
        let cells = cells.zip(&mut self.used).map(|(bytes, used)| {
            *used = *used || !is_blank(bytes);
            cell(bytes)
        });
        self.inventory.cells.push(cells);
    }

    /// Whether the row is not one of the list's: another list begins with it.
    fn is_no_row(&mut self, row: Row<'_>) -> Result<bool, Problem> {
        let has_names = self.names.iter().any(|name| !name.is_empty());
        stray::check_invalid(row, &self.layout, has_names)?;
        if stray::has_any(row) {
            return Ok(false);
        }
        if is_marker(row.cells) {
            return Ok(true);
        }
        let Some(header) = self.joined.header(row, &self.layout)? else {
            return Ok(false);
        };
        self.begin_list(header);
        Ok(true)
    }

    fn begin_list(&mut self, header: Header) {
        let titles = self.inventory.rejected.len().saturating_sub(header.titles);
        for title in self.inventory.rejected.drain(titles..) {
            warn_of_title(&self.inventory.file, title.line);
        }
        self.layout = header.layout;
    }

    fn reject(&mut self, text: &str, row: Row<'_>) -> Result<(), Problem> {
        if self.machines.is_empty() && self.holding.is_none() {
            self.holding = id_position(row.cells);
        }
        self.joined.rejected(row);
        self.inventory.rejected.push(RejectedRow {
            line: row.line,
            input: visible(text).into_owned(),
        });
        if self.machines.is_empty() && self.inventory.rejected.len() >= ROWS_WITHOUT_ID {
            return Err(self.without_machines());
        }
        self.meter.count_rejected(&self.inventory.rejected)
    }

    pub(super) fn finish(mut self) -> Result<Inventory, Problem> {
        if self.machines.is_empty() {
            return Err(self.without_machines());
        }
        self.overlong.warn(&self.inventory.file, self.names.len());
        self.inventory.machines = mem::take(&mut self.machines).into_vec();
        self.drop_unused();
        self.inventory.shrink_to_fit();
        Ok(self.inventory)
    }

    fn without_machines(&mut self) -> Problem {
        let holding = self.holding.and_then(|at| self.names.get(at).cloned());
        let rows = self.inventory.rejected.len();
        let first = mem::take(&mut self.inventory.rejected).into_iter().next();
        match (self.maybe_header.take(), first) {
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

/// Says that a line is above the table.
pub(super) fn warn_of_title(file: &str, line: u64) {
    tracing::warn!(file, line, "line {line} of {file} is a title: not read");
}
