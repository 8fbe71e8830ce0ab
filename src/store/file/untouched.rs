//! Reading without leaving a trace: no lock, no file beside the store.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    connection::{connect, moves_on_close, prepare, read},
    preflight::{self, INDEX, JOURNAL, LOG, beside},
    schema::{SCHEMA, Version},
};
use crate::store::error::{NO_RUN, Problem};

/// How often it is read again when somebody wrote to it meanwhile. Whoever writes leaves the log's index
/// there, and from then on nobody is in the way.
const TIMES: u32 = 10;

/// What stands beside the store, and when it was last written to.
#[derive(Debug, PartialEq, Eq)]
struct Surroundings {
    length: u64,
    modified: Option<SystemTime>,
    log: u64,
    has_index: bool,
    journal: u64,
}

/// How the file can be read as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nobody has it open, and everything is in it.
    Alone,
    /// It is a copy, with the log that stood beside it.
    WithLog,
    /// Somebody has it open, or was killed: the log's index is there, and is only read.
    Shared,
    /// It was being made when somebody was killed, and has to be put in order first.
    Unfinished,
}

impl Surroundings {
    fn of(path: &Path) -> Self {
        let length = |suffix| fs::metadata(beside(path, suffix)).map(|it| it.len());
        let file = fs::metadata(path).ok();
        Self {
            length: file.as_ref().map_or(0, fs::Metadata::len),
            modified: file.and_then(|file| file.modified().ok()),
            log: length(LOG).unwrap_or_default(),
            has_index: length(INDEX).is_ok() && length(LOG).is_ok(),
            journal: length(JOURNAL).unwrap_or_default(),
        }
    }

    const fn way(&self) -> Way {
        match self {
            Self { journal: 1.., .. } => Way::Unfinished,
            Self {
                has_index: true, ..
            } => Way::Shared,
            Self { log: 1.., .. } => Way::WithLog,
            _ => Way::Alone,
        }
    }
}

impl Way {
    /// What SQLite is told, in its own words.
    const fn parameters(self) -> &'static str {
        match self {
            Self::Alone => "?mode=ro&immutable=1",
            Self::WithLog if cfg!(windows) => "?mode=ro&vfs=win32-none",
            Self::WithLog => "?mode=ro&vfs=unix-none",
            Self::Shared | Self::Unfinished => "?mode=ro&readonly_shm=1",
        }
    }

    /// Whether SQLite notices when somebody else writes meanwhile.
    const fn is_safe(self) -> bool {
        matches!(self, Self::Shared | Self::Unfinished)
    }
}

/// Reads a store that has to be there already, and leaves no trace: a folder that may not be written to
/// is as good as any other. Only what an older program wrote is migrated, and written to. Where others
/// wrote to it meanwhile, it is read again.
pub(crate) fn read_untouched<T>(
    path: &Path,
    mut read: impl FnMut(Connection) -> T,
) -> Result<T, Problem> {
    for _ in 0..TIMES {
        let before = Surroundings::of(path);
        let way = before.way();
        let result = open_untouched(path, way).map(&mut read);
        if way.is_safe() || Surroundings::of(path) == before {
            return result;
        }
    }
    Err(Problem::Restless)
}

fn open_untouched(path: &Path, way: Way) -> Result<Connection, Problem> {
    if !preflight::check(path)? {
        return Err(Problem::Missing);
    }
    if fs::metadata(path).map_err(Problem::Open)?.len() == 0 {
        return Err(Problem::Empty(NO_RUN));
    }
    let mut connection = match way {
        Way::Unfinished => connect(path)?,
        _ => open(path, way)?,
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

/// Refuses another program's file, and another version's, before opening it would leave the log's index
/// beside it. Whatever else is wrong is found when it is opened.
pub(crate) fn check_version(path: &Path) -> Result<(), Problem> {
    if Surroundings::of(path).way() != Way::WithLog {
        return Ok(());
    }
    let mut connection = open(path, Way::WithLog)?;
    match read(&mut connection, |it| SCHEMA.version(it)) {
        Err(problem @ (Problem::Foreign(_) | Problem::Newer { .. } | Problem::Unreleased)) => {
            Err(problem)
        }
        _ => Ok(()),
    }
}

fn open(path: &Path, way: Way) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address(path, way), flags)?;
    moves_on_close(&connection, false)?;
    if way == Way::WithLog {
        // Then the log's index is kept in memory.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
    }
    Ok(connection)
}

/// The store's path as the address that SQLite takes parameters with.
fn address(path: &Path, way: Way) -> PathBuf {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            // A text takes whatever is written to it.
            _ => _ = write!(address, "%{byte:02X}"),
        }
    }
    PathBuf::from(address + way.parameters())
}
