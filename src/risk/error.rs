//! What is wrong with a feed.

use std::io;

use jiff::civil::Date;
use thiserror::Error;

use crate::domain::text::{counted, thousands};

/// How many characters of a cell an error shows.
const TEXT_SHOWN: usize = 40;

/// A problem with a feed, and its line.
#[derive(Debug, Error)]
#[error("{}{problem}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct FeedProblem {
    /// The line where the problem begins, if it concerns a line.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a feed.
#[derive(Debug, Error)]
pub enum Problem {
    /// The system cannot read it, or it is damaged gzip.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It has no content.
    #[error("it is empty")]
    Empty,
    /// A web page or XML.
    #[error("it is HTML or XML, not {0}")]
    Markup(&'static str),
    /// More than any such feed has.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// More rows than any such feed has.
    #[error("it has more than {} rows", thousands(*.0 as u64))]
    TooManyRows(usize),
    /// Truncated, or not JSON of this kind.
    #[error("{0}")]
    Json(String),
    /// Not a row of this table.
    #[error("{0}")]
    Row(String),
    /// The header lacks a column.
    #[error("it has no column `{0}`")]
    NoColumn(&'static str),
    /// A cell that cannot be parsed.
    #[error("`{}` is not {expected}", shown(text))]
    Cell {
        /// The text of the cell.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Its stated number of entries is wrong.
    #[error("it has {}, but says it has {}", counted(*.found, "entry", "entries"), thousands(*.said))]
    Count {
        /// The actual number.
        found: u64,
        /// The stated number.
        said: u64,
    },
    /// It is complete, but contains no entries.
    #[error("it has no entries")]
    NoEntries,
    /// It contains no date.
    #[error("it does not say its date")]
    NoDate,
    /// Its date is in the future.
    #[error("its date, {0}, is in the future")]
    Future(Date),
}

impl FeedProblem {
    /// A cell that cannot be parsed.
    pub(super) fn cell(line: u64, text: &[u8], expected: &'static str) -> Self {
        let text = String::from_utf8_lossy(text).into_owned();
        Problem::Cell { text, expected }.on(line)
    }
}

impl Problem {
    /// The problem on this line.
    pub(super) fn on(self, line: u64) -> FeedProblem {
        FeedProblem {
            line: Some(line),
            problem: self,
        }
    }
}

impl From<Problem> for FeedProblem {
    fn from(problem: Problem) -> Self {
        Self {
            line: None,
            problem,
        }
    }
}

fn shown(text: &str) -> String {
    let visible = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it });
    let mut shown: String = visible.take(TEXT_SHOWN).collect();
    if text.chars().nth(TEXT_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
