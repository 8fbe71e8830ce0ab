//! Why nothing can be written to a folder without a loss.

use std::{io, path::PathBuf};

use thiserror::Error;

/// The name of the list of files that are patchgap's.
pub(super) const NAME: &str = ".patchgap-files";

/// Why nothing can be written to a folder without a loss.
#[derive(Debug, Error)]
pub enum Conflict {
    /// One of the run's own files would be replaced.
    #[error("the {what} {} would be overwritten by {}", path.display(), written.display())]
    Input {
        /// What the file is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What would be written.
        written: PathBuf,
        /// The option that names the folder.
        option: &'static str,
    },
    /// Files in the folder are somebody's, and have the names of files that are to be written.
    #[error("{} holds files that patchgap did not write: {}", folder.display(), names.join(", "))]
    Others {
        /// The folder.
        folder: PathBuf,
        /// The files.
        names: Vec<String>,
        /// The option that names the folder.
        option: &'static str,
    },
    /// The list of the files that are patchgap's cannot be read.
    #[error("{}, which says what patchgap may replace, cannot be read", path.display())]
    Unreadable {
        /// The list.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The list of the files that are patchgap's makes no sense.
    #[error(
        "{}, which says what patchgap may replace, makes no sense: line {line} is not a hash and \
         the name of a file", path.display()
    )]
    BadLine {
        /// The list.
        path: PathBuf,
        /// The first line that makes no sense.
        line: usize,
    },
}

impl Conflict {
    /// What can be done about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Input { option, .. } => {
                format!("choose another folder with {option}, or move that file")
            }
            Self::Others { option, .. } => format!(
                "move them away, or choose another folder with {option}; only what `{NAME}` there or \
                 the last summary.json names is replaced"
            ),
            Self::Unreadable { .. } | Self::BadLine { .. } => {
                "move it away, and the reports too: without it, they belong to no run".to_owned()
            }
        }
    }
}
