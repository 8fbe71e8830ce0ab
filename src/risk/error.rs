//! What is wrong with a feed.

use std::io;

use jiff::civil::Date;
use thiserror::Error;

use crate::domain::text::{counted, thousands};

/// How many characters of a cell an error shows.
const TEXT_SHOWN: usize = 40;

/// What is wrong with a feed, and on which line.
#[derive(Debug, Error)]
#[error("{}{problem}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct FeedProblem {
    /// The line on which it begins, where it is about one.
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
    /// Cut, or not JSON of this kind.
    #[error("{0}")]
    Json(String),
    /// Not a row of this table.
    #[error("{0}")]
    Row(String),
    /// The header lacks a column.
    #[error("it has no column `{0}`")]
    NoColumn(&'static str),
    /// A cell holds something else.
    #[error("`{}` is not {expected}", shown(text))]
    Cell {
        /// What it holds.
        text: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// It says how many entries it has, and has others.
    #[error("it has {}, but says it has {}", counted(*.found, "entry", "entries"), thousands(*.said))]
    Count {
        /// How many it has.
        found: u64,
        /// How many it says it has.
        said: u64,
    },
    /// It is complete, but has nothing in it.
    #[error("it has no entries")]
    NoEntries,
    /// It does not say when it was made.
    #[error("it does not say its date")]
    NoDate,
    /// It was made later than now.
    #[error("its date, {0}, is in the future")]
    Future(Date),
}

impl FeedProblem {
    /// A cell that holds something else than expected.
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
