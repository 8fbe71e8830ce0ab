//! Reads an inventory row by row, each with the line on which it begins.

use std::io::{self, Cursor, Read};

use csv::{ByteRecord, ErrorKind};
use memchr::memchr2_iter;

use super::{
    decode::{Peeked, decoded, peek},
    json,
    lines::LineTracker,
    shape::{parser, separator_line, sniff},
};
use crate::inventory::{error::Problem, text::cell::is_blank};

/// How many bytes of text are used to detect the shape of the file.
const START: u64 = 64 * 1024;

/// The rows of an inventory.
pub(crate) struct Rows<R> {
    parser: csv::Reader<LineTracker<R>>,
    record: ByteRecord,
    line: u64,
    /// The number of rows at the beginning that are titles, not data.
    pub(crate) titles: usize,
    /// Average length in bytes of a line at the beginning.
    line_length: usize,
}

/// One row that is not blank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CsvRow<'rows> {
    /// Line on which it begins.
    pub(crate) line: u64,
    /// Its cells.
    pub(crate) cells: &'rows ByteRecord,
}

/// Detects the shape of the file and returns a reader positioned before its first row. `requested` is
/// the name of the id column, if it is given.
pub(crate) fn open(
    reader: impl Read,
    requested: Option<&str>,
) -> Result<Rows<Peeked<impl Read>>, Problem> {
    let (mut start, rest) = peek(decoded(reader)?, START)?;
    if let Some(query) = json::query(&start) {
        return Err(Problem::Json { query });
    }
    let separator = separator_line(&start);
    let (delimiter, length) = separator.unzip();
    start.drain(..length.unwrap_or(0));

    let shape = sniff(&start, delimiter, requested);
    let first_line = if separator.is_some() { 2 } else { 1 };
    let carriage_returns = !start.contains(&b'\n');
    let line_ends = memchr2_iter(b'\n', b'\r', &start).count();
    let line_length = start.len() / (line_ends + 1) + 1;
    let lines = LineTracker::new(Cursor::new(start).chain(rest), first_line, carriage_returns);
    Ok(Rows {
        parser: parser(shape.delimiter).from_reader(lines),
        record: ByteRecord::new(),
        line: first_line,
        titles: shape.titles,
        line_length,
    })
}

impl<R: Read> Rows<R> {
    /// Estimates the number of rows in a file of `size` bytes, assuming lines as long as those at
    /// its beginning. It is more likely too high than too low.
    pub(crate) fn expected(&self, size: u64) -> usize {
        let rows = usize::try_from(size).unwrap_or(usize::MAX) / self.line_length;
        rows + rows / 8
    }

    /// The next row that is not blank.
    pub(crate) fn next_row(&mut self) -> Result<Option<CsvRow<'_>>, Problem> {
        while self.read_record()? {
            if !self.record.iter().all(is_blank) {
                return Ok(Some(CsvRow {
                    line: self.line,
                    cells: &self.record,
                }));
            }
        }
        Ok(None)
    }

    /// Reads the next record; false at the end of the text.
    fn read_record(&mut self) -> Result<bool, Problem> {
        let byte = self.parser.position().byte();
        self.parser.get_mut().begin_row(byte);
        if !self
            .parser
            .read_byte_record(&mut self.record)
            .map_err(problem)?
        {
            return Err(Problem::UnclosedQuote { line: self.line });
        }
        let line = self.parser.get_ref().row_line();
        self.line = line.unwrap_or(self.line);
        Ok(line.is_some())
    }
}

/// Converts an error of the csv crate. Rows of any length and cells of any bytes are accepted, so
/// only reading itself can fail: at a limit, or in the file.
fn problem(error: csv::Error) -> Problem {
    match error.into_kind() {
        ErrorKind::Io(error) => error.downcast().unwrap_or_else(Problem::Unreadable),
        other => Problem::Unreadable(io::Error::other(format!("{other:?}"))),
    }
}
