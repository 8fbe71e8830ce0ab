//! A place on a disk or a network share.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use super::{PlaceError, Target};
use crate::report::output::{Access, Digest, Hashing, can_be_made, replace, temporary};

/// The number of bytes copied at a time.
const COPY_BUFFER: usize = 256 * 1024;

/// A folder, which is created when something is written to it.
pub(super) struct FolderTarget {
    folder: PathBuf,
}

impl FolderTarget {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        let parts = name.split('/');
        parts.fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// Writes a file atomically. It is readable for those who can access the folder.
    fn put(
        &self,
        name: &str,
        write: impl FnOnce(&mut File) -> Result<(), PlaceError>,
    ) -> Result<(), PlaceError> {
        let path = self.path(name);
        let failed = |source| disk("write", &path, source);
        let access = Access::of_folder(&self.folder).map_err(failed)?;
        let folder = path.parent().unwrap_or(&self.folder);
        access.folder(folder).map_err(failed)?;
        let mut file = temporary(folder).map_err(failed)?;
        write(file.as_file_mut())?;
        let settled = access
            .file(file.as_file())
            .and_then(|()| file.as_file().sync_all());
        settled.map_err(failed)?;
        replace(file, &path).map_err(|it| failed(it.error))
    }
}

#[async_trait]
impl Target for FolderTarget {
    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    async fn prepare(&self) -> Result<(), PlaceError> {
        let folder = &self.folder;
        let tried = if folder.is_dir() {
            temporary(folder).and_then(NamedTempFile::close)
        } else {
            can_be_made(folder)
        };
        tried.map_err(|source| disk("write to", folder, source))
    }

    async fn try_out(&self) -> Result<(), PlaceError> {
        Ok(())
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(disk("read", &path, source)),
        }
    }

    async fn write_file(&self, name: &str, path: &Path) -> Result<Digest, PlaceError> {
        let mut hashing = Hashing::default();
        let mut from = File::open(path).map_err(|source| disk("read", path, source))?;
        self.put(name, |to| copy(&mut from, to, &mut hashing, path))?;
        Ok(hashing.finish())
    }

    async fn write(&self, name: &str, content: Vec<u8>) -> Result<(), PlaceError> {
        let path = self.path(name);
        self.put(name, |to| {
            let written = to.write_all(&content);
            written.map_err(|source| disk("write", &path, source))
        })
    }

    async fn remove(&self, name: &str) -> Result<(), PlaceError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(disk("remove", &path, source));
            }
            _ => {}
        }
        // Empty folders are removed as well.
        let folders = path.ancestors().skip(1);
        let below = folders.take_while(|it| *it != self.folder);
        let _ = below.map(fs::remove_dir).find(Result::is_err);
        Ok(())
    }
}

fn copy(
    from: &mut File,
    to: &mut File,
    hashing: &mut Hashing,
    path: &Path,
) -> Result<(), PlaceError> {
    let mut piece = vec![0; COPY_BUFFER];
    loop {
        let length = from.read(&mut piece);
        let length = length.map_err(|source| disk("read", path, source))?;
        if length == 0 {
            return Ok(());
        }
        hashing.add(&piece[..length]);
        let written = to.write_all(&piece[..length]);
        written.map_err(|source| disk("copy", path, source))?;
    }
}

pub(super) fn disk(what: &'static str, path: &Path, source: io::Error) -> PlaceError {
    PlaceError::Disk {
        what,
        path: path.to_owned(),
        source,
    }
}
