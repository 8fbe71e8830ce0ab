//! What can be wrong with the output, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::conflict::Conflict;

/// What is wrong with the output.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The folder is not there and cannot be made.
    #[error("cannot create the output folder {}", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder takes no files.
    #[error("cannot write to the output folder {}", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something that is no file has a report's name.
    #[error("{} is a folder, and a report of that name is to be written", path.display())]
    Taken {
        /// The folder in the way.
        path: PathBuf,
    },
    /// What is there must not be replaced.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A report could not be written whole. The earlier reports are untouched.
    #[error("cannot write {}", path.display())]
    Stage {
        /// Where the report was to go.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// An earlier report that says nothing of this run could not be taken away.
    #[error("cannot remove {}, which is an earlier run's", path.display())]
    Remove {
        /// The report.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A report is whole but could not take its place.
    #[error("cannot replace {}{}", path.display(), kept_at(kept.as_deref()))]
    Replace {
        /// The place.
        path: PathBuf,
        /// Where the new report is instead.
        kept: Option<PathBuf>,
        /// Why not.
        source: io::Error,
    },
}

impl OutputError {
    /// A file that could not be written whole.
    pub(super) fn stage(folder: &Path, name: &str, source: io::Error) -> Self {
        let path = folder.join(name);
        Self::Stage { path, source }
    }

    /// What can be done about it.
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
