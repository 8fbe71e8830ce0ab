//! What can be wrong with a file of exceptions.

use std::path::PathBuf;

use thiserror::Error;

use crate::{domain::text::counted, inventory::Problem};

/// How many characters of a cell an error shows.
const TEXT_SHOWN: usize = 40;

/// The exceptions cannot be read.
#[derive(Debug, Error)]
#[error("exceptions `{}`", path.display())]
pub struct ExceptionsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub problem: ExceptionsProblem,
}

/// What is wrong with a file of exceptions.
#[derive(Debug, Error)]
pub enum ExceptionsProblem {
    /// It is not a table with a header.
    #[error(transparent)]
    Table(#[from] Problem),
    /// An unknown column, perhaps a misspelt known one.
    #[error("unknown column `{}`", shown(.0))]
    UnknownColumn(String),
    /// A repeated column.
    #[error("the column `{0}` is there twice")]
    RepeatedColumn(&'static str),
    /// A row with more or fewer cells than the header. Missing cells are not taken as empty, because an empty
    /// cell matches anything.
    #[error("line {line}: it has {}, but the header has {expected}", counted(*found as u64, "cell", "cells"))]
    Cells {
        /// The line on which it begins.
        line: u64,
        /// The number of its cells.
        found: usize,
        /// The number of columns.
        expected: usize,
    },
    /// A cell that cannot be parsed.
    #[error("line {line}: {column}: `{}` is not {expected}", shown(text))]
    Cell {
        /// The line on which the row begins.
        line: u64,
        /// The column.
        column: &'static str,
        /// The text of the cell.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A row that names neither KB nor machine, group or tag.
    #[error("line {line}: it names no KB, machine, group or tag, so it would accept every gap")]
    Everything {
        /// The line on which it begins.
        line: u64,
    },
}

impl ExceptionsError {
    /// How to fix it.
    pub fn hint(&self) -> String {
        if let ExceptionsProblem::Table(
            Problem::Missing | Problem::Folder | Problem::Unreadable(_),
        ) = self.problem
        {
            return "name a file that can be read with --exceptions FILE, or with `exceptions` in the \
                    configuration file, where a relative path starts at the folder of that file"
                .to_owned();
        }
        "its columns are kbId, which the header has to have, machineId, group, tag, until (the last day, such as \
         2026-12-31), by and reason; an empty cell stands for any"
            .to_owned()
    }
}

fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars().take(TEXT_SHOWN) {
        shown.extend(letter.escape_debug());
    }
    if text.chars().nth(TEXT_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
