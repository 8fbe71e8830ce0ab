//! Errors of the output folder, with hints.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::conflict::Conflict;

/// An error of the output folder.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The folder does not exist and cannot be created.
    #[error("cannot create the output folder {}", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The folder is not writable.
    #[error("cannot write to the output folder {}", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A folder has the name of a report.
    #[error("{} is a folder, and a report of that name is to be written", path.display())]
    Taken {
        /// The folder in the way.
        path: PathBuf,
    },
    /// An existing file must not be replaced.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A report could not be written completely. The earlier reports are unchanged.
    #[error("cannot write {}", path.display())]
    Stage {
        /// The path of the report.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// An earlier run's report that does not apply to this run could not be removed.
    #[error("cannot remove {}, which is an earlier run's", path.display())]
    Remove {
        /// The report.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A report was written completely, but could not be moved to its path.
    #[error("cannot replace {}{}", path.display(), kept_at(kept.as_deref()))]
    Replace {
        /// The path of the report.
        path: PathBuf,
        /// The path of the new report instead.
        kept: Option<PathBuf>,
        /// The cause.
        source: io::Error,
    },
}

impl OutputError {
    /// The error for a file that could not be written completely.
    pub(super) fn stage(folder: &Path, name: &str, source: io::Error) -> Self {
        let path = folder.join(name);
        Self::Stage { path, source }
    }

    /// A suggestion how to resolve the error.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Create { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
                "a file has that name; choose another folder with --out"
            }
            Self::Create { .. } | Self::Unwritable { .. } => {
                "choose a folder that you may write to with --out"
            }
            Self::Conflict(conflict) => return Some(conflict.hint()),
            Self::Taken { .. } => "move that folder away, or choose another folder with --out",
            Self::Stage { source, .. } if is_full(source) => {
                "make room on the disk and run again; the earlier reports are as they were"
            }
            Self::Stage { .. } => "the earlier reports are as they were",
            Self::Remove { .. } => {
                "close the program that has this file open, and remove it: it does not belong to \
                 the other reports, which are the new ones"
            }
            Self::Replace { .. } => {
                "close the program that has this file open (a spreadsheet locks it), and put the \
                 new one in its place; the other reports are the new ones"
            }
        };
        Some(hint.to_owned())
    }
}

fn kept_at(kept: Option<&Path>) -> String {
    let at = |path: &Path| format!(": the new one is {}", path.display());
    kept.map(at).unwrap_or_default()
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
