//! Builds the list row by row.

use super::{
    joined::JoinedLists, limits, machine_index::MachineIndex, skipped, stray, surplus::SurplusCells,
};
use crate::{
    domain::machine::MachineId,
    inventory::{
        cells::Cells,
        columns::{
            layout::{Columns, Layout},
            report_names::report_names,
        },
        error::Problem,
        input::rows::CsvRow,
        list::{Inventory, InventoryMachine, RejectedRow},
        text::{
            cell::{cell, is_blank},
            ids::machine_id,
            invisible::visible,
            row::{id_position, is_marker},
        },
    },
};

/// The number of rows after which reading stops if no machine id was found.
const ROWS_WITHOUT_ID: usize = 100_000;

/// The largest number of machines for which memory is reserved in advance.
const MOST_RESERVED: usize = 10_000_000;

/// An inventory that is being read.
pub(super) struct Builder {
    list: Inventory,
    index: MachineIndex,
    /// The columns of the first table of the file.
    columns: Columns,
    /// The layout of the current table.
    layout: Layout,
    joined: JoinedLists,
    /// For each extra column, whether it has a name or a cell that is not blank.
    used: Vec<bool>,
    /// The first row as a header, if it was read as data.
    maybe_header: Option<Vec<String>>,
    /// Position of another column that holds ids.
    column_with_ids: Option<usize>,
    surplus: SurplusCells,
    /// Bytes stored for rejected rows.
    rejected_text: usize,
}

impl Builder {
    pub(super) fn new(file: &str, columns: Columns, joined: JoinedLists) -> Self {
        let used: Vec<bool> = columns.extra().map(|(_, name)| !name.is_empty()).collect();
        Self {
            list: Inventory {
                file: file.to_owned(),
                columns: report_names(&columns.names, columns.id),
                cells: Cells::new(used.len()),
                ..Inventory::default()
            },
            index: MachineIndex::default(),
            layout: columns.layout(),
            columns,
            joined,
            used,
            maybe_header: None,
            column_with_ids: None,
            surplus: SurplusCells::default(),
            rejected_text: 0,
        }
    }

    /// Adds the first row as data. If no row has an id, the error names the columns in `header`.
    pub(super) fn starting_with_data(
        mut self,
        first: CsvRow<'_>,
        header: Vec<String>,
    ) -> Result<Self, Problem> {
        self.maybe_header = Some(header);
        self.add(first)?;
        Ok(self)
    }

    /// Reserves memory for about `rows` rows. Unused memory costs nothing, but growing the list
    /// would need twice its size.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.list.machines.reserve(rows.min(MOST_RESERVED));
    }

    pub(super) fn add(&mut self, row: CsvRow<'_>) -> Result<(), Problem> {
        let text = cell(row.cells.get(self.layout.id).unwrap_or_default());
        match machine_id(&text) {
            Some(id) => self.add_machine(id, row)?,
            None if self.is_between_lists(row)? => return Ok(()),
            None => self.reject(&text, row)?,
        }
        self.surplus.count(row, self.layout.width);
        Ok(limits::check(&self.list, self.rejected_text)?)
    }

    fn add_machine(&mut self, id: MachineId, row: CsvRow<'_>) -> Result<(), Problem> {
        stray::check(row, id, &self.layout)?;
        self.joined.accepted();
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        if self
            .index
            .insert(&mut self.list.machines, InventoryMachine { id, line })
        {
            self.keep_cells(row);
        } else {
            self.list.duplicates += 1;
        }
        Ok(())
    }

    fn keep_cells(&mut self, row: CsvRow<'_>) {
        let positions = self.layout.extra.iter();
        let cells = positions.map(|at| at.and_then(|at| row.cells.get(at)).unwrap_or_default());
        let cells = cells.zip(&mut self.used).map(|(bytes, used)| {
            *used = *used || !is_blank(bytes);
            cell(bytes)
        });
        self.list.cells.push(cells);
    }

    /// Whether the row is not data: the header of another list, or a line that one program writes
    /// for another.
    fn is_between_lists(&mut self, row: CsvRow<'_>) -> Result<bool, Problem> {
        if stray::check_invalid(row, &self.layout, self.columns.has_names())? {
            return Ok(false);
        }
        if is_marker(row.cells) {
            return Ok(true);
        }
        let Some(header) = self.joined.header(row, &self.columns, &self.layout)? else {
            return Ok(false);
        };
        let titles = self.list.rejected.len().saturating_sub(header.titles);
        for title in self.list.rejected.drain(titles..) {
            warn_of_title(&self.list.file, title.line);
        }
        self.layout = header.layout;
        Ok(true)
    }

    fn reject(&mut self, text: &str, row: CsvRow<'_>) -> Result<(), Problem> {
        self.joined.rejected(row);
        let input = visible(text).into_owned();
        self.rejected_text += input.len();
        let line = row.line;
        self.list.rejected.push(RejectedRow { line, input });
        if !self.list.machines.is_empty() {
            return Ok(());
        }
        self.column_with_ids = self.column_with_ids.or_else(|| id_position(row.cells));
        if self.list.rejected.len() >= ROWS_WITHOUT_ID {
            return Err(self.no_machines());
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Inventory, Problem> {
        if self.list.machines.is_empty() {
            return Err(self.no_machines());
        }
        let Self {
            mut list, index, ..
        } = self;
        drop(index);
        self.surplus.warn(&list.file, self.columns.names.len());
        drop_unused_columns(&mut list, &self.used);
        skipped::set_aside(&mut list)?;
        list.shrink_to_fit();
        Ok(list)
    }

    fn no_machines(&mut self) -> Problem {
        let column_with_ids = self
            .column_with_ids
            .and_then(|at| self.columns.names.get(at).cloned());
        match (self.maybe_header.take(), self.list.rejected.first()) {
            (Some(columns), _) => Problem::NoIdColumn {
                columns,
                column_with_ids,
            },
            (None, None) => Problem::NoRows,
            (None, Some(first)) => Problem::NoValidId {
                rows: self.list.rejected.len(),
                line: first.line,
                input: first.input.clone(),
                column_with_ids,
            },
        }
    }
}

/// Drops the columns that have neither a name nor a cell that is not blank: Excel often writes
/// extra delimiters at the end of a row.
fn drop_unused_columns(list: &mut Inventory, used: &[bool]) {
    if used.iter().all(|&used| used) {
        return;
    }
    list.cells.retain_columns(used);
    let mut used = used.iter();
    list.columns
        .retain(|_| used.next().is_none_or(|&used| used));
}

/// Warns that a line above the table was skipped.
pub(super) fn warn_of_title(file: &str, line: u64) {
    tracing::warn!(
        file,
        line,
        "line {line} of {file} is a title and is skipped"
    );
}
