//! A lake in a folder.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::PathBuf,
};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use super::files::{FileEnd, LakeFiles, Trouble};
use crate::report::output::{Access, can_be_made, replace, sweep, temporary};

/// A folder, which is created when there is something to add.
#[derive(Debug)]
pub struct LakeFolder(PathBuf);

impl LakeFolder {
    /// The lake in this folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        let parts = path.split('/');
        parts.fold(self.0.clone(), |path, part| path.join(part))
    }
}

#[async_trait]
impl LakeFiles for LakeFolder {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn shown(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    async fn prepare(&self) -> Result<(), Trouble> {
        if self.0.is_dir() {
            temporary(&self.0)?.close()?;
            sweep(&self.0);
        } else {
            can_be_made(&self.0)?;
        }
        Ok(())
    }

    async fn try_out(&self) -> Result<Option<Trouble>, Trouble> {
        Ok(None)
    }

    async fn names(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        let entries = match fs::read_dir(self.path(folder)) {
            Ok(entries) => entries,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        Ok(names.collect::<io::Result<_>>()?)
    }

    async fn end(&self, path: &str, length: u64) -> Result<FileEnd, Trouble> {
        let mut file = File::open(self.path(path))?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(length)))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(FileEnd {
            bytes: bytes.into(),
            size,
        })
    }

    /// In the folder itself, where the next run removes it if this one is killed.
    fn stage(&self) -> io::Result<NamedTempFile> {
        let access = Access::of_folder(&self.0)?;
        let file = temporary(&self.0)?;
        access.file(file.as_file())?;
        Ok(file)
    }

    async fn add(&self, file: NamedTempFile, path: &str) -> Result<Option<NamedTempFile>, Trouble> {
        let path = self.path(path);
        if let Some(folder) = path.parent() {
            Access::of_folder(&self.0)?.folder(folder)?;
        }
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(None),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Ok(Some(failed.file)),
            // Some network file systems cannot do that in one step.
            Err(failed) if fs::symlink_metadata(&path).is_err() => {
                replace(failed.file, &path).map_err(|failed| failed.error)?;
                Ok(None)
            }
            Err(failed) => Ok(Some(failed.file)),
        }
    }
}
