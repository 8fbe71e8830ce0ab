//! Temporary files in the folder of the reports: created, moved to their paths, and removed if a
//! killed run left them.
//!
//! The writing process holds an operating system lock on its temporary file, which is released when
//! the process ends in any way. So a file that is not locked is a leftover, and the next run removes it.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry, File, OpenOptions, TryLockError},
    io,
    path::Path,
    time::Duration,
};

use tempfile::{Builder, NamedTempFile, PersistError};

use crate::store::has_reliable_locks;

/// The prefix of temporary file names.
const PREFIX: &str = ".patchgap-";
const SUFFIX: &str = ".tmp";

/// No report takes this long to write. Older files are removed even if locks are unreliable.
const STALE_AFTER: Duration = Duration::from_hours(12);

/// The maximum number of attempts, because a concurrent cleanup may remove a new file before it is
/// locked.
const MAX_ATTEMPTS: u32 = 10;

/// Creates a temporary file in the folder of the reports. It is removed on drop unless it is moved
/// to its path. Only its owner can read it and later the report, because it shows where a fleet is
/// vulnerable.
pub(crate) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..MAX_ATTEMPTS {
        let file = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(folder)?;
        match file.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => {}
            // It was removed before it was locked.
            Ok(()) if fs::symlink_metadata(file.path()).is_err() => {}
            // Without lock support, the age limit protects the file from removal.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Moves a file to a path, replacing any existing file.
pub(crate) fn replace(file: NamedTempFile, path: &Path) -> Result<(), PersistError> {
    match file.persist(path) {
        Ok(_) => Ok(()),
        Err(failed) => replace_open(failed, path),
    }
}

#[cfg(not(windows))]
fn replace_open(failed: PersistError, _: &Path) -> Result<(), PersistError> {
    Err(failed)
}

/// Replaces a file that another program has open with delete sharing, as editors and virus
/// scanners do. The standard library can do this since Windows 10, `tempfile` cannot.
#[cfg(windows)]
fn replace_open(failed: PersistError, path: &Path) -> Result<(), PersistError> {
    if std::fs::rename(failed.file.path(), path).is_err() {
        return Err(failed);
    }
    // The temporary attribute would exclude the file from backups.
    if let Ok(mut placed) = tempfile::TempPath::try_from_path(path) {
        placed.disable_cleanup(true);
        let _ = placed.keep();
    }
    Ok(())
}

/// Whether a file of this name is subject to removal.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Removes the leftovers of killed runs. Failures are ignored, and retried by the next run.
pub(crate) fn sweep(folder: &Path) {
    let locks = has_reliable_locks(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| is_temporary(&entry.file_name()) && is_file(entry));
    for entry in ours {
        // Held until the file is removed, so that no other process mistakes it for a new one.
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
    age.is_some_and(|age| age > STALE_AFTER)
}

/// Locks a file, if no process is writing it any more.
fn left(path: &Path) -> Option<File> {
    let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}
