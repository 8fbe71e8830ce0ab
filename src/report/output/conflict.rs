//! Reasons why writing to a folder would lose data.

use std::{io, path::PathBuf};

use thiserror::Error;

/// The name of the file that lists the files written by patchgap.
pub(super) const NAME: &str = ".patchgap-files";

/// The reason why writing to a folder would lose data.
#[derive(Debug, Error)]
pub enum Conflict {
    /// One of the run's own files would be replaced.
    #[error("the {what} {} would be overwritten by {}", path.display(), written.display())]
    Input {
        /// A description of the file.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The path that would be written.
        written: PathBuf,
        /// The command-line option that sets the folder.
        option: &'static str,
    },
    /// Files to be written already exist in the folder, and patchgap did not write them.
    #[error("{} holds files that patchgap did not write: {}", folder.display(), names.join(", "))]
    Others {
        /// The folder.
        folder: PathBuf,
        /// The files.
        names: Vec<String>,
        /// The command-line option that sets the folder.
        option: &'static str,
    },
    /// The list of patchgap's files cannot be read.
    #[error("{}, which says what patchgap may replace, cannot be read", path.display())]
    Unreadable {
        /// The list.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The list of patchgap's files is malformed.
    #[error(
        "{}, which says what patchgap may replace, is not valid: line {line} is not a hash and \
         the name of a file", path.display()
    )]
    BadLine {
        /// The list.
        path: PathBuf,
        /// The number of the first malformed line.
        line: usize,
    },
}

impl Conflict {
    /// A suggestion how to resolve the conflict.
    pub fn hint(&self) -> String {
        match self {
            Self::Input { option, .. } => {
                format!("choose another place with {option}, or move that file")
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
