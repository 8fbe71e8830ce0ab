//! Checks the file before SQLite opens it.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::schema::{APPLICATION_ID, SCHEMA};
use crate::store::error::Problem;

/// The first bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The length of an SQLite file's header.
const HEADER_LENGTH: usize = 100;
/// The offsets in the header of two numbers that are set by the application.
const USER_VERSION: usize = 60;
const APPLICATION: usize = 68;

/// Checks whether the file can be a store; `false` if it does not exist. An empty file can become
/// one.
pub(crate) fn check(path: &Path) -> Result<bool, Problem> {
    // Read before the file: a process that is creating the store fills the file first.
    let has_log = has_log(path);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return is_creatable(path),
        Err(error) => return Err(Problem::Open(error)),
    };
    if metadata.is_dir() {
        return Err(Problem::Foreign("a folder"));
    }
    if !metadata.is_file() {
        return Err(Problem::Foreign("not a regular file"));
    }
    match metadata.len() {
        // SQLite would delete the log.
        0 if has_log => Err(Problem::damaged("it is empty, but its log is not")),
        0 => Ok(true),
        _ => check_header(path).map(|()| true),
    }
}

/// `false` if the file can be created; an error if a part of its path is not a folder. Windows reports both
/// as "not found".
fn is_creatable(path: &Path) -> Result<bool, Problem> {
    let mut folders = path.ancestors().skip(1);
    let nearest = folders.find_map(|folder| fs::metadata(folder).ok());
    match nearest {
        Some(there) if !there.is_dir() => Err(Problem::Open(ErrorKind::NotADirectory.into())),
        _ => Ok(false),
    }
}

/// Rejects files that SQLite must not open: it would create files next to them, or checkpoint the
/// log.
fn check_header(path: &Path) -> Result<(), Problem> {
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    let file = File::open(path).map_err(Problem::Open)?;
    file.take(HEADER_LENGTH as u64)
        .read_to_end(&mut header)
        .map_err(Problem::Open)?;
    if header.len() < HEADER_LENGTH || !header.starts_with(MAGIC) {
        return Err(Problem::Foreign("not a SQLite database"));
    }
    let number = |at| {
        let bytes = header[at..].first_chunk().copied().unwrap_or_default();
        i64::from(i32::from_be_bytes(bytes))
    };
    if number(APPLICATION) == APPLICATION_ID && number(USER_VERSION) < SCHEMA.first {
        return Err(Problem::Unreleased);
    }
    Ok(())
}

/// Whether SQLite's write-ahead log has content: data that was committed and is not yet in the file.
pub(crate) fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, LOG_SUFFIX)).is_ok_and(|log| log.len() > 0)
}

/// The suffix of SQLite's write-ahead log, which contains data that was committed and is not yet in the file.
pub(crate) const LOG_SUFFIX: &str = "-wal";
/// The suffix of the log's index, which is shared between processes.
pub(crate) const INDEX_SUFFIX: &str = "-shm";
/// The suffix of the rollback journal, which undoes an interrupted change; used only while the file
/// is being created.
pub(crate) const JOURNAL_SUFFIX: &str = "-journal";

/// The path of one of SQLite's auxiliary files. It is next to the store itself, not next to a
/// symbolic link to it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let store = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = store.into_os_string();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_below_a_file_cannot_be_created() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "mine").unwrap();
        for (path, could_be) in [
            ("store.sqlite", true),
            ("new/store.sqlite", true),
            ("very/new/store.sqlite", true),
            ("file/store.sqlite", false),
            ("file/very/new/store.sqlite", false),
        ] {
            let found = is_creatable(&folder.path().join(path));
            assert_eq!(found.is_ok(), could_be, "{path}");
        }
        assert!(is_creatable(Path::new("store.sqlite")).is_ok());
    }
}
