//! The rows of an inventory, one by one, each with the line on which it begins.

use std::io::{self, Cursor, Read};

use csv::{ByteRecord, ErrorKind};
use memchr::memchr2_iter;

use super::{
    Problem, TooMuch,
    decode::{Peeked, decoded, is_blank, peek},
    json,
    limits::Stopped,
    lines::{Lines, Place},
    shape::{parser, separator_line, sniff},
};

/// Bytes of text that tell the shape of the file.
const START: u64 = 64 * 1024;

/// The rows of an inventory.
pub(super) struct Rows<R> {
    parser: csv::Reader<Lines<R>>,
    record: ByteRecord,
    line: u64,
    /// Rows at the beginning that are titles, not data.
    pub(super) titles: usize,
    /// Bytes at the beginning, and line ends in them.
    sample: (usize, usize),
}

/// One row that holds anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'rows> {
    /// Line on which it begins.
    pub(super) line: u64,
    /// Its cells.
    pub(super) cells: &'rows ByteRecord,
}

/// Finds out the shape of the file and stands before its first row.
pub(super) fn open(
    reader: impl Read,
    asked: Option<&str>,
) -> Result<Rows<Peeked<impl Read>>, Problem> {
    let (mut start, rest) = peek(decoded(reader)?, START)?;
    if let Some(query) = json::query(&start) {
        return Err(Problem::Json { query });
    }
    let separator = separator_line(&start);
    let (delimiter, length) = separator.unzip();
    start.drain(..length.unwrap_or(0));

    let shape = sniff(&start, delimiter, asked);
    let first_line = if separator.is_some() { 2 } else { 1 };
    let carriage_returns = !start.contains(&b'\n');
    let line_ends = memchr2_iter(b'\n', b'\r', &start).count();
    let sample = (start.len(), line_ends);
    let lines = Lines::new(Cursor::new(start).chain(rest), first_line, carriage_returns);
    Ok(Rows {
        parser: parser(shape.delimiter).from_reader(lines),
        record: ByteRecord::new(),
        line: first_line,
        titles: shape.titles,
        sample,
    })
}

impl<R: Read> Rows<R> {
    /// About how many rows a file of so many bytes has, rather too many than too few, if its lines
    /// are as long as those at its beginning.
    pub(super) fn expected(&self, size: u64) -> usize {
        let (bytes, line_ends) = self.sample;
        let length = bytes / (line_ends + 1) + 1;
        let rows = usize::try_from(size).unwrap_or(usize::MAX) / length;
        rows + rows / 8
    }

    /// The next row. Blank lines, and rows whose cells are all blank, are none.
    pub(super) fn advance(&mut self) -> Result<Option<Row<'_>>, Problem> {
        while self.read()? {
            if !self.record.iter().all(is_blank) {
                return Ok(Some(Row {
                    line: self.line,
                    cells: &self.record,
                }));
            }
        }
        Ok(None)
    }

    /// Reads the next record; false at the end of the text.
    fn read(&mut self) -> Result<bool, Problem> {
        self.parser.get_mut().begin_row();
        let found = self.parser.read_byte_record(&mut self.record);
        let byte = self.record.position().map_or(0, csv::Position::byte);
        let found = found.map_err(|error| self.problem(byte, error))?;
        if !found {
            return Err(Problem::UnclosedQuote { line: self.line });
        }
        match self.parser.get_mut().place(byte) {
            Place::Line(line) => {
                self.line = line;
                Ok(true)
            }
            Place::End => Ok(false),
        }
    }

    /// Rows of any length and cells of any bytes are welcome, so all that can go wrong is the
    /// reading itself, and that there is no end to it.
    fn problem(&mut self, byte: u64, error: csv::Error) -> Problem {
        let error = match error.into_kind() {
            ErrorKind::Io(error) => error,
            other => return Problem::Unreadable(io::Error::other(format!("{other:?}"))),
        };
        match Stopped::in_error(&error) {
            None => Problem::Unreadable(error),
            Some(Stopped::Lines) => Problem::TooMuch(TooMuch::Lines),
            Some(Stopped::LongRow) => {
                let line = match self.parser.get_mut().place(byte) {
                    Place::Line(line) => line,
                    Place::End => self.line,
                };
                Problem::LongRow { line }
            }
        }
    }
}
