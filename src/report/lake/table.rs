//! The interface of a table of a lake.

use std::{
    fmt,
    io::{self, Write},
};

use super::files::{BadEnd, FileEnd};
use crate::report::{Extras, Facts, Run};

/// A table of a lake.
#[derive(Clone, Copy)]
pub struct LakeTable {
    /// Its name, which is also the name of its folder.
    pub(in crate::report) name: &'static str,
    /// Whether a run with these extras has it.
    pub(in crate::report) is_written: fn(Extras) -> bool,
    /// Writes the file of a run.
    pub(in crate::report) render: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>,
    /// How the columns of an existing file differ; `None` if they match.
    pub(in crate::report) difference: fn(&FileEnd) -> Result<Option<Difference>, BadEnd>,
    /// Whether an existing file belongs to the run with these facts.
    pub(in crate::report) is_of: fn(&FileEnd, &Facts) -> Result<bool, BadEnd>,
}

/// How the columns of an existing file differ from this version's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It has a column that this version does not write: a newer version may have added it.
    Has {
        /// The column.
        column: String,
    },
    /// It lacks a column before its last one, although columns are only ever appended.
    Lacks {
        /// The column.
        column: String,
    },
    /// A column has other values.
    Type {
        /// The column.
        column: String,
        /// Its values there.
        theirs: &'static str,
        /// Ours.
        ours: &'static str,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Has { column } => {
                write!(
                    formatter,
                    "it has a column `{column}`, which this version does not write"
                )
            }
            Self::Lacks { column } => write!(formatter, "it lacks the column `{column}`"),
            Self::Type {
                column,
                theirs,
                ours,
            } => write!(
                formatter,
                "its column `{column}` has {theirs}, but would get {ours}"
            ),
        }
    }
}
