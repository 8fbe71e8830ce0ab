//! Temporary files beside the reports, and what runs that were killed left of them.
//!
//! Whoever writes one holds the operating system's lock on it, which ends with the process, however that
//! ends. So a file whose lock is free is nobody's, and the next run takes it away at once.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry, File, OpenOptions, TryLockError},
    io,
    path::Path,
    time::Duration,
};

use tempfile::{Builder, NamedTempFile};

use crate::store::has_reliable_locks;

/// What files that are being written are called.
const PREFIX: &str = ".patchgap-";
const SUFFIX: &str = ".tmp";

/// No report takes that long to write: what is older goes away also where locks cannot be relied on.
const A_WHILE: Duration = Duration::from_hours(12);

/// How often a new file may be taken by somebody who tidies up, before it is locked.
const TIMES: u32 = 10;

/// A temporary file beside the reports; it goes away by itself unless it takes a place.
/// It is its owner's alone, and so is the report: it tells where a fleet can be attacked.
pub(super) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..TIMES {
        let file = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(folder)?;
        match file.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => {}
            // It was taken away before it was locked.
            Ok(()) if fs::symlink_metadata(file.path()).is_err() => {}
            // Where there are no locks, it is left alone for as long as it is young.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Whether a file of this name would be taken away.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Takes away what runs that were killed left behind. What fails here fails again the next time.
pub(super) fn sweep(folder: &Path) {
    let locks = has_reliable_locks(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| is_temporary(&entry.file_name()) && is_file(entry));
    for entry in ours {
        // Held until the file is gone, so that nobody takes it for new in between.
        let lock = left(&entry.path()).filter(|_| locks);
        if lock.is_some() || is_old(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_file())
}

fn is_old(entry: &DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > A_WHILE)
}

/// The lock of a file that nobody writes any more.
fn left(path: &Path) -> Option<File> {
    let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}
