//! Parses CSV feeds: columns by name, in any order; an error names the line.

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::error::{FeedProblem, Problem};

/// A table whose rows are read one by one.
pub(super) struct Table<'text> {
    reader: Reader<&'text [u8]>,
    row: ByteRecord,
    header: ByteRecord,
    /// The lines above the header.
    lines_before: u64,
}

impl<'text> Table<'text> {
    /// A table after this many lines.
    pub(super) fn new(text: &'text [u8], lines_before: u64) -> Result<Self, FeedProblem> {
        let mut reader = ReaderBuilder::new().from_reader(text);
        let header = reader.byte_headers().cloned();
        Ok(Self {
            header: header.map_err(|error| problem(&error, lines_before))?,
            reader,
            row: ByteRecord::new(),
            lines_before,
        })
    }

    /// The index of a column, by its name in any case.
    pub(super) fn column(&self, name: &'static str) -> Result<usize, FeedProblem> {
        self.optional_column(name)
            .ok_or_else(|| Problem::NoColumn(name).on(self.lines_before + 1))
    }

    pub(super) fn optional_column(&self, name: &str) -> Option<usize> {
        let mut names = self.header.iter();
        names.position(|it| it.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<TableRow<'_>>, FeedProblem> {
        let read = self.reader.read_byte_record(&mut self.row);
        if !read.map_err(|error| problem(&error, self.lines_before))? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        Ok(Some(TableRow {
            line: self.lines_before + line,
            cells: &self.row,
        }))
    }
}

/// A row of a table.
pub(super) struct TableRow<'table> {
    /// The line on which it begins.
    pub(super) line: u64,
    cells: &'table ByteRecord,
}

impl TableRow<'_> {
    /// A cell, trimmed.
    pub(super) fn cell(&self, column: usize) -> &[u8] {
        self.cells.get(column).unwrap_or_default().trim_ascii()
    }

    /// The parsed value of a cell.
    pub(super) fn parsed<T>(
        &self,
        column: usize,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, FeedProblem> {
        let cell = self.cell(column);
        let value = str::from_utf8(cell).ok().and_then(parse);
        value.ok_or_else(|| FeedProblem::cell(self.line, cell, expected))
    }
}

fn problem(error: &csv::Error, lines_before: u64) -> FeedProblem {
    let line = error.position().map(|it| lines_before + it.line());
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "it has {len} cells, but the header has {expected_len}; perhaps the file is cut"
        ),
        _ => error.to_string(),
    };
    FeedProblem {
        line,
        problem: Problem::Row(message),
    }
}
