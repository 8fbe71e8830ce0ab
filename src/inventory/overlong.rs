//! Rows that hold more than there are columns.

use super::{decode::is_blank, rows::Row};

/// Rows that hold more than there are columns.
#[derive(Debug, Default)]
pub(super) struct Overlong {
    rows: u64,
    first_line: u64,
}

impl Overlong {
    /// Notes the row if it has anything beyond so many columns.
    pub(super) fn look_at(&mut self, row: Row<'_>, columns: usize) {
        let mut beyond = (columns..row.cells.len()).filter_map(|at| row.cells.get(at));
        if beyond.all(is_blank) {
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
                "{rows} rows of {file} have more cells than its {columns} columns, \
                 first on line {first_line}: the surplus is not read"
            );
        }
    }
}
