//! Replaces a file atomically.

use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

/// Moves a file to a path, replacing any existing file.
pub(super) fn replace(file: NamedTempFile, path: &Path) -> Result<(), PersistError> {
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
