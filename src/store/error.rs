//! Errors of the store, and hints on how to fix them.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;
use thiserror::Error;

/// The problem with a store that has never been used.
pub(super) const NO_RUN: &str = "holds no run yet";

/// An error of the store.
#[derive(Debug, Error)]
#[error("the store {}", path.display())]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// The problem.
    #[source]
    pub problem: Problem,
}

/// A problem with the store.
#[derive(Debug, Error)]
pub enum Problem {
    /// Its folder does not exist and cannot be created.
    #[error("its folder cannot be created")]
    Folder(#[source] io::Error),
    /// The file cannot be opened or created.
    #[error("cannot be opened")]
    Open(#[source] io::Error),
    /// The file does not exist, and the command does not create it.
    #[error("is not there")]
    Missing,
    /// It contains no run that could be shown.
    #[error("{0}")]
    Empty(&'static str),
    /// The file is not a store.
    #[error("is not a patchgap store: {0}")]
    Foreign(&'static str),
    /// It was written by a newer patchgap.
    #[error(
        "was written by a newer patchgap: its version is {found}, this one reads up to {known}"
    )]
    Newer {
        /// The file's version.
        found: i64,
        /// The newest version that this program supports.
        known: i64,
    },
    /// It was written by a build from before the first release, with other tables.
    #[error("was written by a patchgap from before its first release, with other tables")]
    Unreleased,
    /// Parts of it are missing or invalid.
    #[error("is damaged")]
    Damaged(#[source] Cause),
    /// Another program has locked it.
    #[error("is locked by another program")]
    Locked(#[source] Cause),
    /// The file is not writable, or no file can be created next to it.
    #[error("is read-only, or its folder is")]
    ReadOnly,
    /// SQLite cannot open it or create its auxiliary files.
    #[error("cannot be opened together with the files that SQLite keeps beside it")]
    Beside(#[source] Cause),
    /// A read or write failed.
    #[error("cannot be read or written")]
    Disk(#[source] Cause),
    /// The disk is full.
    #[error("cannot grow: the disk is full")]
    Full(#[source] Cause),
    /// The lock file next to it cannot be locked.
    #[error("the lock beside it cannot be taken")]
    Lock(#[source] io::Error),
    /// Other processes wrote to it during every attempt to read it.
    #[error("is written to all the time")]
    Restless,
    /// Its thread could not be started or has died: a bug, or a failure of the system.
    #[error("its writer thread is gone")]
    Writer,
    /// Anything else.
    #[error("cannot be used")]
    Other(#[source] Cause),
}

/// The error from SQLite. Its own source is left out, because it repeats the message.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Cause(rusqlite::Error);

impl StoreError {
    pub(super) fn new(path: &Path, problem: Problem) -> Self {
        Self {
            path: path.to_owned(),
            problem,
        }
    }

    /// An error that SQLite reported.
    pub(super) fn sqlite(path: &Path, error: rusqlite::Error) -> Self {
        Self::new(path, Problem::from(error))
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            Problem::Folder(_)
            | Problem::Open(_)
            | Problem::Beside(_)
            | Problem::ReadOnly
            | Problem::Lock(_) => "choose a place that you may write to with --state FILE",
            Problem::Missing | Problem::Empty(_) => {
                "`patchgap report machines.csv` fills it; --state FILE names another one"
            }
            Problem::Foreign(_) => {
                "nothing was changed in it; choose another file with --state FILE"
            }
            Problem::Newer { .. } => {
                "nothing was changed in it; update patchgap, or choose another file with --state FILE"
            }
            Problem::Unreleased => {
                "nothing was changed in it; move it away: the next run then starts a new one and asks \
                 for every machine"
            }
            Problem::Damaged(_) => {
                "restore it from a backup, or move it away: the next run then starts a new one and \
                 asks for every machine"
            }
            Problem::Restless => "run again when the others are done",
            Problem::Locked(_) => "close the program that has it open, and run again",
            Problem::Full(_) => {
                "make room on the disk and run again: it goes on from what is stored"
            }
            Problem::Disk(_) => {
                "is the disk full, or does it fail? Run again when it is mended: it goes on from \
                 what is stored"
            }
            Problem::Writer | Problem::Other(_) => return None,
        };
        Some(hint.to_owned())
    }
}

impl Problem {
    /// Damage that SQLite does not report as such.
    pub(super) fn damaged(what: &str) -> Self {
        Self::Damaged(Cause(damage(what)))
    }
}

/// Damage that SQLite does not detect, as an SQLite error.
pub(super) fn damage(what: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(what.to_owned()))
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            // The cell contains something that patchgap never writes.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::QueryReturnedNoRows
            | rusqlite::Error::Utf8Error(..) => return Self::Damaged(Cause(error)),
            _ => {}
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(Cause(error)),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::Beside(Cause(error)),
            Some(ErrorCode::DiskFull) => Self::Full(Cause(error)),
            Some(ErrorCode::SystemIoFailure) => Self::Disk(Cause(error)),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(Cause(error)),
            Some(ErrorCode::NotADatabase) => Self::Foreign("it is not an SQLite database"),
            _ => Self::Other(Cause(error)),
        }
    }
}
