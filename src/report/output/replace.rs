//! A file takes the place of another in one step.

use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

/// Puts a file into a place, over whatever file stands there.
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

/// The same over a file that another program has open, and lets others delete, as editors and
/// virus scanners do: the standard library can do that, since Windows 10, and tempfile cannot.
#[cfg(windows)]
fn replace_open(failed: PersistError, path: &Path) -> Result<(), PersistError> {
    if std::fs::rename(failed.file.path(), path).is_err() {
        return Err(failed);
    }
    // To be marked as temporary would keep it out of backups.
    if let Ok(mut placed) = tempfile::TempPath::try_from_path(path) {
        placed.disable_cleanup(true);
        let _ = placed.keep();
    }
    Ok(())
}
