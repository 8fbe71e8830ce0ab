//! How much of a list is read. A file that is no list, or a stream without an end, must not fill
//! the memory, nor be read for ever.

use std::io;

use thiserror::Error;

use super::{Cells, Problem, RejectedRow};

/// Bytes of one row, in all its cells and lines.
pub(super) const ROW: u64 = 1024 * 1024;

/// Line ends in a file, those of blank lines included.
pub(super) const LINES: u64 = 100_000_000;

/// Rows of data.
const ROWS: u64 = 10_000_000;

/// Bytes that are kept of the columns that travel along.
const TEXT: usize = 1024 * 1024 * 1024;

/// Rows that hold no machine id.
const REJECTED: usize = 1_000_000;

/// Bytes that are kept of those rows.
const REJECTED_TEXT: usize = 256 * 1024 * 1024;

/// Rows after which a list without a single machine id is given up.
pub(super) const ROWS_WITHOUT_ID: usize = 100_000;

/// What is too much in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TooMuch {
    /// Lines, be they blank.
    #[error("it has more than 100,000,000 lines")]
    Lines,
    /// Rows of data.
    #[error("it has more than 10,000,000 rows")]
    Rows,
    /// Text in the columns beside the ids.
    #[error("its columns beside the ids hold more than 1 GiB")]
    Text,
    /// Rows without a machine id.
    #[error("more than 1,000,000 of its rows hold no machine id")]
    Rejected,
    /// Text in those rows.
    #[error("its rows without a machine id hold more than 256 MiB")]
    RejectedText,
}

/// A limit at which reading stops, on its way through the CSV parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Stopped {
    /// The row is too long.
    #[error("the row is too long")]
    LongRow,
    /// The file has too many lines.
    #[error("the file has too many lines")]
    Lines,
}

impl Stopped {
    /// The limit that this error reports, if it does.
    pub(super) fn in_error(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// Counts rows and bytes of a list while it is read.
#[derive(Debug, Default)]
pub(super) struct Meter {
    rows: u64,
    rejected_text: usize,
}

impl Meter {
    /// Counts a row of data.
    pub(super) fn count(&mut self, cells: &Cells) -> Result<(), Problem> {
        self.rows += 1;
        check(self.rows <= ROWS, TooMuch::Rows)?;
        check(cells.bytes() <= TEXT, TooMuch::Text)
    }

    /// Counts what is kept of a row without a machine id.
    pub(super) fn count_rejected(&mut self, rejected: &[RejectedRow]) -> Result<(), Problem> {
        let last = rejected.last();
        self.rejected_text += last.map_or(0, |row| row.input.len());
        check(rejected.len() <= REJECTED, TooMuch::Rejected)?;
        check(self.rejected_text <= REJECTED_TEXT, TooMuch::RejectedText)
    }
}

fn check(fits: bool, what: TooMuch) -> Result<(), Problem> {
    fits.then_some(()).ok_or(Problem::TooMuch(what))
}
