//! A look at the file, before SQLite gets to touch it.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::Problem;

/// How every SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The length of a SQLite file's header.
const LENGTH: u64 = 100;

/// Looks whether the file could be a store; `false` where there is none. An empty one could
/// become one.
pub(super) fn look(path: &Path) -> Result<bool, Problem> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Problem::Open(error)),
    };
    if metadata.is_dir() {
        return Err(Problem::Foreign("it is a folder"));
    }
    if !metadata.is_file() {
        return Err(Problem::Foreign("it is no ordinary file"));
    }
    match metadata.len() {
        // SQLite would drop the log.
        0 if has_log(path) => Err(Problem::damaged("it is empty, the log beside it is not")),
        0 => Ok(true),
        LENGTH.. if begins_like_sqlite(path)? => Ok(true),
        _ => Err(Problem::Foreign("it is no SQLite database")),
    }
}

fn begins_like_sqlite(path: &Path) -> Result<bool, Problem> {
    let mut magic = [0; MAGIC.len()];
    let mut file = File::open(path).map_err(Problem::Open)?;
    file.read_exact(&mut magic).map_err(Problem::Open)?;
    Ok(&magic == MAGIC)
}

/// Whether SQLite's log beside the file holds anything: what was committed, and is not yet in
/// the file.
pub(super) fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0)
}
