//! Errors of the store, and hints on how to fix them.

use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// The problem with a store that contains no run.
pub(super) const NO_RUN: &str = "has no runs yet";

/// An error of the store.
#[derive(Debug)]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// The problem.
    pub problem: Problem,
}

/// File and problem form one sentence.
impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, problem) = (self.path.display(), &self.problem);
        match problem {
            Problem::Foreign(_) => write!(formatter, "{path} {problem}"),
            _ => write!(formatter, "the store {path} {problem}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// A problem with the store.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Its folder does not exist and cannot be created.
    #[error("cannot be created, because its folder cannot")]
    Folder(#[source] io::Error),
    /// The file cannot be opened or created.
    #[error("cannot be opened")]
    Open(#[source] io::Error),
    /// The file does not exist, and the command does not create it.
    #[error("does not exist")]
    Missing,
    /// It contains no run that could be shown.
    #[error("{0}")]
    Empty(&'static str),
    /// The file is not a store.
    #[error("is not a patchgap store ({0})")]
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
    #[error("cannot be opened together with the files that SQLite keeps next to it")]
    Beside(#[source] Cause),
    /// A read or write failed.
    #[error("cannot be read or written")]
    Disk(#[source] Cause),
    /// The disk is full.
    #[error("cannot grow: the disk is full")]
    Full(#[source] Cause),
    /// The lock file next to it cannot be locked.
    #[error("cannot be locked with the file next to it")]
    Lock(#[source] io::Error),
    /// Other processes wrote to it during every attempt to read it.
    #[error("is being written to continuously")]
    Restless,
    /// Its thread could not be started or has died: a bug, or a failure of the system.
    #[error("has lost its writer thread")]
    Writer,
    /// Anything else.
    #[error("cannot be used")]
    Other(#[source] Cause),
}

/// The error from SQLite. Its own source is omitted, because it repeats the message.
#[derive(Debug, thiserror::Error)]
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

    /// How to fix the problem.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            Problem::Folder(_)
            | Problem::Open(_)
            | Problem::Beside(_)
            | Problem::ReadOnly
            | Problem::Lock(_) => "choose a writable location with --state FILE",
            Problem::Missing | Problem::Empty(_) => {
                "`patchgap report machines.csv` creates runs; --state FILE selects another store"
            }
            Problem::Foreign(_) => "it was not changed; choose another file with --state FILE",
            Problem::Newer { .. } => {
                "it was not changed; update patchgap, or choose another file with --state FILE"
            }
            Problem::Unreleased => {
                "it was not changed; move it away: the next run then starts a new one and \
                 queries every machine"
            }
            Problem::Damaged(_) => {
                "restore it from a backup, or move it away: the next run then starts a new one \
                 and queries every machine"
            }
            Problem::Restless => "run again when the other processes have finished",
            Problem::Locked(_) => "close the program that has it open, and run again",
            Problem::Full(_) => "free up disk space and run again to resume",
            Problem::Disk(_) => {
                "check whether the disk is full or failing, then run again to resume"
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
            // The tables are not those of the file's version: their description is damaged.
            | rusqlite::Error::SqlInputError { .. }
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
            Some(ErrorCode::NotADatabase) => Self::Foreign("not a SQLite database"),
            _ => Self::Other(Cause(error)),
        }
    }
}
