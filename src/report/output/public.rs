//! Files that other accounts may read: feeds, metrics, manual pages. Reports are not among them.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use super::temporary::{replace, temporary};

/// Lets every account read a file; write permissions are unchanged.
#[cfg(unix)]
pub(crate) fn open_to_all(file: &File) -> io::Result<()> {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    file.set_permissions(Permissions::from_mode(0o644))
}

/// On Windows a file inherits the access list of its folder.
#[cfg(not(unix))]
pub(crate) fn open_to_all(_: &File) -> io::Result<()> {
    Ok(())
}

/// Writes a file that every account may read, in one step.
pub(crate) fn write_public(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file = temporary(folder.unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    open_to_all(file.as_file())?;
    file.as_file().sync_all()?;
    Ok(replace(file, path)?)
}
