//! Tracks the line on which each record begins.
//!
//! The csv crate reports the position at which it started looking for a record: before the blank
//! lines that it skips, and before the `\n` of the previous record's `\r\n`. So the beginnings of
//! lines are recorded here as the text streams through, and looked up by byte offset.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

use memchr::memchr2_iter;

use crate::inventory::error::{Problem, TooMuch};

/// The longest row in bytes, including all its cells and lines.
const MAX_ROW_BYTES: u64 = 1024 * 1024;

/// The most line ends in a file, including those of blank lines.
const MAX_LINES: u64 = 100_000_000;

/// An extra record that is appended to the text. It is parsed as a record only if every quoted cell
/// before it is closed.
const TRAILER: &[u8] = b"\n.\n";

/// A reader of text that records where its lines begin.
#[derive(Debug)]
pub(super) struct LineTracker<R> {
    text: R,
    trailer: &'static [u8],
    /// Offset at which the text ends, once it is known.
    end: Option<u64>,
    offset: u64,
    line: u64,
    /// The previous byte, or any byte of the same line.
    last: u8,
    /// Whether a lone carriage return ends a line, as in files of classic Mac OS.
    carriage_returns: bool,
    line_starts: VecDeque<LineStart>,
    /// Bytes read for the current record, not counting line ends.
    row: u64,
    /// The number of bytes that end a line.
    line_ends: u64,
}

/// Where a line begins that is not blank.
#[derive(Debug, Clone, Copy)]
struct LineStart {
    offset: u64,
    line: u64,
}

impl<R: Read> LineTracker<R> {
    /// Wraps `text`, whose first line has the number `first_line`.
    pub(super) fn new(text: R, first_line: u64, carriage_returns: bool) -> Self {
        Self {
            text,
            trailer: TRAILER,
            end: None,
            offset: 0,
            line: first_line,
            last: b'\n',
            carriage_returns,
            line_starts: VecDeque::new(),
            row: 0,
            line_ends: 0,
        }
    }

    /// Marks the byte from which the csv crate looks for the next record. It never decreases: line
    /// beginnings before it are discarded.
    pub(super) fn begin_row(&mut self, byte: u64) {
        self.row = 0;
        while self.line_starts.front().is_some_and(|it| it.offset < byte) {
            self.line_starts.pop_front();
        }
    }

    /// The line on which the current record begins; `None` if only the trailer is left.
    pub(super) fn row_line(&self) -> Option<u64> {
        let start = self.line_starts.front()?;
        let is_text = self.end.is_none_or(|end| start.offset < end);
        is_text.then_some(start.line)
    }

    /// Enforces the limits, because the csv crate has none: it would read without end.
    fn check_limits(&self) -> Result<(), Problem> {
        if self.row > MAX_ROW_BYTES {
            let line = self.row_line().unwrap_or(self.line);
            return Err(Problem::LongRow { line });
        }
        if self.line_ends > MAX_LINES {
            return Err(TooMuch::Lines.into());
        }
        Ok(())
    }

    fn track(&mut self, bytes: &[u8]) {
        let mut from = 0;
        for end in memchr2_iter(b'\n', b'\r', bytes) {
            self.track_within_line(&bytes[from..end]);
            self.track_byte(bytes[end]);
            self.line_ends += 1;
            from = end + 1;
        }
        self.track_within_line(&bytes[from..]);
    }

    /// Processes bytes that do not end a line. Only the first one matters.
    fn track_within_line(&mut self, bytes: &[u8]) {
        if let [first, others @ ..] = bytes {
            self.track_byte(*first);
            self.offset += others.len() as u64;
            self.row += 1 + others.len() as u64;
        }
    }

    /// The csv crate always ends a record at a carriage return, so a record may begin after one
    /// even where editors do not count a new line.
    fn track_byte(&mut self, byte: u8) {
        let ended = matches!(self.last, b'\n' | b'\r');
        if self.carriage_returns && self.last == b'\r' && byte != b'\n' {
            self.line += 1;
        }
        if ended && !matches!(byte, b'\n' | b'\r') {
            self.line_starts.push_back(LineStart {
                offset: self.offset,
                line: self.line,
            });
        }
        if byte == b'\n' {
            self.line += 1;
        }
        self.last = byte;
        self.offset += 1;
    }
}

impl<R: Read> Read for LineTracker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check_limits().map_err(io::Error::other)?;
        let mut bytes = 0;
        if self.end.is_none() {
            bytes = self.text.read(buffer)?;
        }
        if bytes == 0 && !buffer.is_empty() {
            self.end.get_or_insert(self.offset);
            bytes = self.trailer.read(buffer)?;
        }
        self.track(&buffer[..bytes]);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of all records, read with the csv crate as the inventory does. The last record,
    /// the trailer, has none.
    fn row_lines(text: &str, carriage_returns: bool) -> Vec<Option<u64>> {
        let lines = LineTracker::new(text.as_bytes(), 1, carriage_returns);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(lines);
        let mut record = csv::ByteRecord::new();
        let mut found = Vec::new();
        loop {
            let byte = reader.position().byte();
            reader.get_mut().begin_row(byte);
            if !reader.read_byte_record(&mut record).unwrap() {
                return found;
            }
            found.push(reader.get_ref().row_line());
        }
    }

    #[test]
    fn record_starts_on_its_first_visible_line() {
        for (text, lines) in [
            ("a\nb", vec![1, 2]),
            ("a\r\nb\r\n", vec![1, 2]),
            ("\n\n\na\n\n\nb\n\n", vec![4, 7]),
            ("\r\n\r\na\r\n\r\nb", vec![3, 5]),
            ("\"a\nb\"\nc", vec![1, 3]),
            ("\"a\r\n\r\nb\",c\r\n\r\nd", vec![1, 5]),
            ("a\r\"b\rc\"\nd", vec![1, 1, 2]),
            ("", vec![]),
            ("\n\r\n", vec![]),
        ] {
            let mut expected: Vec<Option<u64>> = lines.into_iter().map(Some).collect();
            expected.push(None);
            assert_eq!(row_lines(text, false), expected, "{text:?}");
        }
    }

    #[test]
    fn lone_carriage_returns_may_count_as_line_ends() {
        let expected = [Some(1), Some(3), Some(5), None];
        assert_eq!(row_lines("a\r\r\"b\rc\"\rd", true), expected);
    }

    #[test]
    fn rows_over_one_mebibyte_are_refused() {
        let quoted = format!("\"{}\"", "a,\"\"\n".repeat(300_000));
        for (text, fits) in [
            ("a".repeat(1_000_000), true),
            ("a".repeat(1_100_000), false),
            ("\0".repeat(1_100_000), false),
            (",".repeat(1_100_000), false),
            ("\n".repeat(3_000_000), true),
            (quoted, false),
        ] {
            let mut lines = LineTracker::new(text.as_bytes(), 1, false);
            let read = io::copy(&mut lines, &mut io::sink());
            let problem = read.err().and_then(|error| error.downcast().ok());
            let is_long = matches!(problem, Some(Problem::LongRow { line: 1 }));
            assert_eq!(is_long, !fits, "{:?}", &text[..4]);
        }
    }

    #[test]
    fn too_many_lines_are_refused() {
        let mut lines = LineTracker::new(io::repeat(b'\n'), 1, false);
        lines.line_ends = MAX_LINES - 1000;
        let error = io::copy(&mut lines, &mut io::sink()).unwrap_err();
        let problem = error.downcast().unwrap();
        assert!(matches!(problem, Problem::TooMuch(TooMuch::Lines)));
    }

    #[test]
    fn unclosed_quote_swallows_the_trailer() {
        assert_eq!(row_lines("a\n\"b\nc\n", false), [Some(1), Some(2)]);
    }
}
