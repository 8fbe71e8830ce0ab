//! Whom the folder of a lake lets in, the folders and files in it let in, too: other accounts are to read them. A new
//! lake lets in its owner alone, because it shows where a fleet is vulnerable.

use std::{
    fs::{self, DirBuilder, File},
    io,
    path::Path,
};

/// The permissions of a lake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    #[cfg(unix)]
    mode: u32,
}

impl Access {
    /// Those of an existing lake; creates it if it is missing.
    #[cfg(unix)]
    pub(super) fn of_lake(folder: &Path) -> io::Result<Self> {
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
    pub(super) fn of_lake(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {})
    }

    /// Creates a folder in the lake.
    #[cfg(unix)]
    pub(super) fn folder(self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;

        DirBuilder::new()
            .recursive(true)
            .mode(self.mode)
            .create(path)
    }

    /// Creates a folder in the lake.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(super) fn folder(self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).create(path)
    }

    /// Gives a file of the lake these permissions.
    #[cfg(unix)]
    pub(super) fn file(self, file: &File) -> io::Result<()> {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};

        file.set_permissions(Permissions::from_mode((self.mode & 0o666) | 0o600))
    }

    /// Nothing to do: it inherits them.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn file(self, _: &File) -> io::Result<()> {
        Ok(())
    }
}
