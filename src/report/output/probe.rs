//! Whether a folder that is not there can be made.

use std::{fs, io, path::Path};

use tempfile::Builder;

/// Tries to make a folder and a file in it, in a folder of its own beside the place: nothing
/// ever shows there, and other processes that do the same are not disturbed.
pub(super) fn can_be_made(path: &Path) -> io::Result<()> {
    let ancestors = || path.ancestors().skip(1).map(or_here);
    let above = ancestors().find(|it| it.is_dir());
    let above = above.unwrap_or(Path::new("."));
    let below = path.strip_prefix(above).unwrap_or(path);
    // What has the first name below is no folder: the error says what it is instead.
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

/// The folder that is meant by no name at all.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
