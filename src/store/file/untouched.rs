//! Reads the store without leaving a trace: no lock, and no file next to it.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    connection::{connect, moves_on_close, prepare, read},
    preflight::{self, INDEX_SUFFIX, JOURNAL_SUFFIX, LOG_SUFFIX, beside},
    schema::{SCHEMA, Version},
};
use crate::store::error::{NO_RUN, Problem};

/// The maximum number of attempts to read when other processes write at the same time. A writer
/// leaves the log's index there, and from then on reads do not conflict.
const MAX_ATTEMPTS: u32 = 10;

/// The state of the store and its auxiliary files, to detect writes.
#[derive(Debug, PartialEq, Eq)]
struct FileState {
    length: u64,
    modified: Option<SystemTime>,
    log: u64,
    has_index: bool,
    journal: u64,
}

/// How the file can be read without changing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// No process has it open, and all data is in the file.
    Alone,
    /// It is a copy that includes the write-ahead log.
    WithLog,
    /// Another process has it open, or was killed: the log's index exists, and is only read.
    Shared,
    /// The process that was creating it was killed: it must be recovered first.
    Unfinished,
}

impl FileState {
    fn of(path: &Path) -> Self {
        let length = |suffix| fs::metadata(beside(path, suffix)).map(|it| it.len());
        let file = fs::metadata(path).ok();
        Self {
            length: file.as_ref().map_or(0, fs::Metadata::len),
            modified: file.and_then(|file| file.modified().ok()),
            log: length(LOG_SUFFIX).unwrap_or_default(),
            has_index: length(INDEX_SUFFIX).is_ok() && length(LOG_SUFFIX).is_ok(),
            journal: length(JOURNAL_SUFFIX).unwrap_or_default(),
        }
    }

    const fn access(&self) -> Access {
        match self {
            Self { journal: 1.., .. } => Access::Unfinished,
            Self {
                has_index: true, ..
            } => Access::Shared,
            Self { log: 1.., .. } => Access::WithLog,
            _ => Access::Alone,
        }
    }
}

impl Access {
    /// The URI parameters for SQLite.
    const fn parameters(self) -> &'static str {
        match self {
            Self::Alone => "?mode=ro&immutable=1",
            Self::WithLog if cfg!(windows) => "?mode=ro&vfs=win32-none",
            Self::WithLog => "?mode=ro&vfs=unix-none",
            Self::Shared | Self::Unfinished => "?mode=ro&readonly_shm=1",
        }
    }

    /// Whether SQLite detects that another process writes at the same time.
    const fn is_safe(self) -> bool {
        matches!(self, Self::Shared | Self::Unfinished)
    }
}

/// Reads a store that must already exist, and leaves no trace; this also works in a read-only folder. Only a
/// store from an older version is migrated, and thus written to. Reads again if other processes wrote to it
/// meanwhile.
pub(crate) fn read_untouched<T>(
    path: &Path,
    mut read: impl FnMut(Connection) -> T,
) -> Result<T, Problem> {
    for _ in 0..MAX_ATTEMPTS {
        let before = FileState::of(path);
        let access = before.access();
        let result = open_read_only(path, access).map(&mut read);
        if access.is_safe() || FileState::of(path) == before {
            return result;
        }
    }
    Err(Problem::Restless)
}

fn open_read_only(path: &Path, access: Access) -> Result<Connection, Problem> {
    if !preflight::check(path)? {
        return Err(Problem::Missing);
    }
    if fs::metadata(path).map_err(Problem::Open)?.len() == 0 {
        return Err(Problem::Empty(NO_RUN));
    }
    let mut connection = match access {
        Access::Unfinished => connect(path)?,
        _ => open(path, access)?,
    };
    match read(&mut connection, |it| SCHEMA.version(it))? {
        Version::Current => {}
        Version::Older => {
            connection = connect(path)?;
            prepare(&mut connection, SCHEMA)?;
        }
        Version::Empty => return Err(Problem::Empty(NO_RUN)),
    }
    Ok(connection)
}

/// Rejects other programs' files and unsupported versions before the file is opened, which would leave the
/// log's index next to it. All other problems are detected when it is opened.
pub(crate) fn check_version(path: &Path) -> Result<(), Problem> {
    if FileState::of(path).access() != Access::WithLog {
        return Ok(());
    }
    let mut connection = open(path, Access::WithLog)?;
    match read(&mut connection, |it| SCHEMA.version(it)) {
        Err(problem @ (Problem::Foreign(_) | Problem::Newer { .. } | Problem::Unreleased)) => {
            Err(problem)
        }
        _ => Ok(()),
    }
}

fn open(path: &Path, access: Access) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address(path, access), flags)?;
    moves_on_close(&connection, false)?;
    if access == Access::WithLog {
        // In this mode the log's index is kept in memory.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
    }
    Ok(connection)
}

/// The store's path as a `file:` URI, which can carry parameters for SQLite.
fn address(path: &Path, access: Access) -> PathBuf {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            // Writing to a string does not fail.
            _ => _ = write!(address, "%{byte:02X}"),
        }
    }
    PathBuf::from(address + access.parameters())
}
