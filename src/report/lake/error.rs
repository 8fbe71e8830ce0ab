//! What can be wrong with a lake.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::Difference;

/// Why nothing can be added to a lake.
#[derive(Debug, Error)]
pub enum LakeError {
    /// The folder cannot be created, or is not writable.
    #[error("cannot write to the lake {}", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A folder or a file that is there cannot be read.
    #[error("cannot read {} of the lake", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The columns of a file that is there do not fit.
    #[error("cannot add to the lake after {}: {difference}", file.display())]
    Columns {
        /// The file.
        file: PathBuf,
        /// How they differ.
        difference: Difference,
    },
    /// A table could not be added.
    #[error("cannot add the run to {} of the lake", path.display())]
    Add {
        /// The folder that it belongs to.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl LakeError {
    /// How to fix it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unwritable { .. } => "choose a folder that you may write to with --lake PLACE",
            Self::Unreadable { .. } => {
                "move it out of the lake if it is damaged, or choose another folder with --lake PLACE"
            }
            Self::Columns {
                difference: Difference::Has { .. },
                ..
            } => {
                "a newer version of patchgap wrote that file: use that version, or choose another folder with \
                 --lake PLACE"
            }
            Self::Columns { .. } => {
                "patchgap never writes such a file: move it out of the lake, or choose another folder with --lake \
                 PLACE"
            }
            Self::Add { .. } => {
                "the reports are written; when the folder can be written to, run the same command again: no answer \
                 is requested twice, and what the lake lacks is added"
            }
        }
        .to_owned()
    }
}
