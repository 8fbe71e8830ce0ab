//! Checks who else can write to the store: anyone who changes it changes the figures.

use std::path::{Path, PathBuf};

use crate::store::file::preflight::{INDEX_SUFFIX, JOURNAL_SUFFIX, LOG_SUFFIX, beside};

/// The paths of all files of the store, whether or not they exist: the database and SQLite's
/// auxiliary files.
pub fn files_of(path: &Path) -> Vec<PathBuf> {
    let auxiliary = [LOG_SUFFIX, INDEX_SUFFIX, JOURNAL_SUFFIX].map(|suffix| beside(path, suffix));
    std::iter::once(path.to_owned()).chain(auxiliary).collect()
}

/// A warning if users other than the owner can write to the store or replace it.
#[cfg(unix)]
pub fn writable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    const OTHERS: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    let mode = |path: &Path| Some(std::fs::metadata(path).ok()?.permissions().mode());
    let store = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = store.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let (open, mode) = match (mode(&store), mode(folder)) {
        (Some(mode), _) if mode & OTHERS != 0 => (&*store, mode),
        // In a shared folder with the sticky bit, users cannot replace each other's files.
        (_, Some(mode)) if mode & OTHERS != 0 && mode & STICKY == 0 => (folder, mode),
        _ => return None,
    };
    let (mode, open) = (mode & 0o7777, open.display());
    Some(format!(
        "others can write to the store {} and change its figures: {open} has mode {mode:o}; \
         chmod go-w {open}",
        path.display()
    ))
}

/// On Windows the file inherits the folder's access list, which says nothing about intent.
#[cfg(not(unix))]
pub fn writable_by_others(_: &Path) -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn write_access_of_others_is_recognised() {
        let place = tempfile::tempdir().unwrap();
        let store = place.path().join("store.sqlite");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for (folder, file, warned_of) in [
            (0o700, None, None),
            (0o755, None, None),
            (0o775, None, Some("mode 775; chmod go-w")),
            (0o1777, None, None),
            (0o755, Some(0o644), None),
            (0o700, Some(0o664), Some("mode 664; chmod go-w")),
            (0o1777, Some(0o602), Some("mode 602; chmod go-w")),
            (0o757, Some(0o600), Some("mode 757; chmod go-w")),
        ] {
            let _ = fs::remove_file(&store);
            if let Some(mode) = file {
                fs::write(&store, "").unwrap();
                set(&store, mode);
            }
            set(place.path(), folder);
            let warning = writable_by_others(&store).unwrap_or_default();
            let found = warned_of.map_or(warning.is_empty(), |part| warning.contains(part));
            assert!(found, "{folder:o} {file:?}: {warning}");
        }
    }
}
