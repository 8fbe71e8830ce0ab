//! Rows with more cells than there are columns.

use crate::inventory::{input::rows::CsvRow, text::cell::is_blank};

/// Counts the rows with more cells than there are columns.
#[derive(Debug, Default)]
pub(super) struct SurplusCells {
    rows: u64,
    first_line: u64,
}

impl SurplusCells {
    /// Counts the row if any cell after the first `columns` cells is not blank.
    pub(super) fn count(&mut self, row: CsvRow<'_>, columns: usize) {
        let mut surplus = (columns..row.cells.len()).filter_map(|at| row.cells.get(at));
        if surplus.all(is_blank) {
            return;
        }
        if self.rows == 0 {
            self.first_line = row.line;
        }
        self.rows += 1;
    }

    pub(super) fn warn(&self, file: &str, columns: usize) {
        let Self { rows, first_line } = *self;
        if rows > 0 {
            tracing::warn!(
                file,
                first_line,
                rows,
                "{rows} rows of {file} have more cells than its {columns} columns, first on line \
                 {first_line}: the extra cells are ignored"
            );
        }
    }
}
