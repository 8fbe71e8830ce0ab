//! Checks whether a missing folder can be created.

use std::{fs, io, path::Path};

use tempfile::Builder;

/// Tries to create the folder and a file in it, inside a temporary folder next to its path. The
/// folder itself is never created, so other processes that do the same are not affected.
pub(crate) fn can_be_made(path: &Path) -> io::Result<()> {
    let ancestors = || path.ancestors().skip(1).map(or_here);
    let above = ancestors().find(|it| it.is_dir());
    let above = above.unwrap_or(Path::new("."));
    let below = path.strip_prefix(above).unwrap_or(path);
    // A file is in the way: creating a folder there gives the right error.
    if let Some(first) = below.components().next()
        && fs::symlink_metadata(above.join(first)).is_ok()
    {
        return fs::create_dir(above.join(first));
    }
    let beside = Builder::new().prefix(".patchgap-").tempdir_in(above)?;
    let place = beside.path().join(below);
    fs::create_dir_all(&place)?;
    fs::write(place.join("patchgap"), b"patchgap")?;
    beside.close()
}

/// The current folder, if the path is empty.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
