//! Folders and files in a lake or an upload get the permissions of its folder, so that the same
//! accounts can read them. A new folder is only accessible to its owner, because it shows where a
//! fleet is vulnerable.

use std::{
    fs::{self, DirBuilder, File},
    io,
    path::Path,
};

/// The permissions of such a folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    #[cfg(unix)]
    mode: u32,
}

impl Access {
    /// The permissions of an existing folder; creates it if it is missing.
    #[cfg(unix)]
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
        Ok(Self { mode })
    }

    /// On Windows everything inherits the access list of its folder.
    #[cfg(not(unix))]
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {})
    }

    /// Creates a folder in it.
    #[cfg(unix)]
    pub(crate) fn folder(self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;

        DirBuilder::new()
            .recursive(true)
            .mode(self.mode)
            .create(path)
    }

    /// Creates a folder in it.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(crate) fn folder(self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).create(path)
    }

    /// Gives a file in it these permissions.
    #[cfg(unix)]
    pub(crate) fn file(self, file: &File) -> io::Result<()> {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};

        file.set_permissions(Permissions::from_mode((self.mode & 0o666) | 0o600))
    }

    /// Does nothing: the file inherits them.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(crate) fn file(self, _: &File) -> io::Result<()> {
        Ok(())
    }
}
