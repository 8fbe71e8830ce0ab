//! What can be wrong with a store, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;
use thiserror::Error;

/// What is wrong with a store that was never used.
pub(super) const NO_RUN: &str = "holds no run yet";

/// A store that does not do.
#[derive(Debug, Error)]
#[error("the store {}", path.display())]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

/// What is wrong with a store.
#[derive(Debug, Error)]
pub enum Problem {
    /// Its folder is not there and cannot be made.
    #[error("its folder cannot be created")]
    Folder(#[source] io::Error),
    /// The file cannot be opened or made.
    #[error("cannot be opened")]
    Open(#[source] io::Error),
    /// There is no such file, and nothing is to be written.
    #[error("is not there")]
    Missing,
    /// It holds no run that could be shown.
    #[error("{0}")]
    Empty(&'static str),
    /// The file is something else.
    #[error("is not a patchgap store: {0}")]
    Foreign(&'static str),
    /// A newer patchgap wrote it.
    #[error(
        "was written by a newer patchgap: its version is {found}, this one reads up to {known}"
    )]
    Newer {
        /// The file's version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A build from before the first release wrote it, with other tables.
    #[error("was written by a patchgap from before its first release, with other tables")]
    Unreleased,
    /// Parts of it are missing or make no sense.
    #[error("is damaged")]
    Damaged(#[source] Cause),
    /// Another program holds it.
    #[error("is locked by another program")]
    Locked(#[source] Cause),
    /// It may not be written to, or nothing may be made beside it.
    #[error("is read-only, or its folder is")]
    ReadOnly,
    /// SQLite cannot open it, or make what it keeps beside it.
    #[error("cannot be opened together with the files that SQLite keeps beside it")]
    Beside(#[source] Cause),
    /// Reading or writing fails.
    #[error("cannot be read or written")]
    Disk(#[source] Cause),
    /// The disk is full.
    #[error("cannot grow: the disk is full")]
    Full(#[source] Cause),
    /// The lock beside it cannot be taken.
    #[error("the lock beside it cannot be taken")]
    Lock(#[source] io::Error),
    /// Others wrote to it each time that it was read.
    #[error("is written to all the time")]
    Restless,
    /// Its thread cannot be started, or is gone: a bug, or the system failed.
    #[error("nobody writes to it")]
    Writer,
    /// Anything else.
    #[error("cannot be used")]
    Other(#[source] Cause),
}

/// What SQLite says. Its own cause says the same once more.
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

    /// What SQLite has against it.
    pub(super) fn sqlite(path: &Path, error: rusqlite::Error) -> Self {
        Self::new(path, Problem::from(error))
    }

    /// What to do about it.
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
    /// Damage that SQLite does not call by that name.
    pub(super) fn damaged(what: &str) -> Self {
        Self::Damaged(Cause(damage(what)))
    }
}

/// Damage that SQLite does not notice, as an error of its kind.
pub(super) fn damage(what: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(what.to_owned()))
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            // What stands in a cell is nothing that was ever written there.
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
