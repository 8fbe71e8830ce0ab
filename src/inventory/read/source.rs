//! The source of an inventory.

use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::{ListInfo, read_from, read_list};
use crate::inventory::{
    error::{InventoryError, Problem},
    list::Inventory,
};

/// The source of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else with a path that can be read.
    File(PathBuf),
    /// Standard input, typed as `-`.
    StandardInput,
}

impl From<PathBuf> for Source {
    fn from(typed: PathBuf) -> Self {
        if typed.as_os_str() == OsStr::new("-") {
            Self::StandardInput
        } else {
            Self::File(typed)
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => fmt::Display::fmt(&path.display(), formatter),
            Self::StandardInput => formatter.write_str("-"),
        }
    }
}

/// Reads the inventory. `column` is the name of its id column, which is detected if not given.
pub fn read(source: &Source, column: Option<&str>) -> Result<Inventory, InventoryError> {
    let file = source.to_string();
    match source {
        Source::StandardInput => read_from(io::stdin().lock(), &file, column),
        Source::File(path) => match open(path) {
            Ok(reader) => {
                let size = reader.metadata().map_or(0, |it| it.len());
                let file = &file;
                read_list(reader, ListInfo { file, column, size })
            }
            Err(problem) => Err(InventoryError { file, problem }),
        },
    }
}

/// Opens the file. Folders are detected here, because some systems open them like files and others
/// report that permission is denied.
pub(in crate::inventory) fn open(path: &Path) -> Result<File, Problem> {
    if path.is_dir() {
        return Err(Problem::Folder);
    }
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        _ => Problem::Unreadable(error),
    })
}
