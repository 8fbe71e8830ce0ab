//! A lake in an object store.

use std::{
    io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use hyper::body::Bytes;
use object_store::{Error, GetOptions, GetRange, ObjectStoreExt, PutMode, path::Path as Location};
use tempfile::NamedTempFile;

use super::{
    PlaceError, Target,
    store::{StoreTarget, TEST_FILE},
};
use crate::report::{
    lake::{FileEnd, LakeFiles, Trouble},
    output::{Hashing, temporary},
};

/// A lake in an object store.
pub(super) struct StoreLake {
    store: StoreTarget,
    /// The folder of the reports, where tables are rendered before they are added.
    staging: PathBuf,
}

impl StoreLake {
    pub(super) const fn new(store: StoreTarget, staging: PathBuf) -> Self {
        Self { store, staging }
    }
}

#[async_trait]
impl LakeFiles for StoreLake {
    fn name(&self) -> String {
        self.store.name()
    }

    fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.store.name())
    }

    /// A store may allow adding files without allowing to remove them. Write access is tested when a file is
    /// added, or by `try_out`.
    async fn prepare(&self) -> Result<(), Trouble> {
        Ok(())
    }

    /// If the name is taken by an earlier test file that could not be removed, that proves write access as
    /// well: without it, the store refuses first.
    async fn try_out(&self) -> Result<Option<Trouble>, Trouble> {
        self.store.write_test_file(PutMode::Create).await?;
        Ok(self.store.remove(TEST_FILE).await.err().map(Trouble::from))
    }

    async fn names(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        Ok(self.store.names(folder).await?)
    }

    async fn end(&self, path: &str, length: u64) -> Result<FileEnd, Trouble> {
        Ok(self.store.end(path, length).await?)
    }

    fn stage(&self) -> io::Result<NamedTempFile> {
        temporary(&self.staging)
    }

    async fn add(&self, file: NamedTempFile, path: &str) -> Result<Option<NamedTempFile>, Trouble> {
        let is_added = self.store.add_file(path, file.path()).await?;
        Ok((!is_added).then_some(file))
    }
}

impl StoreTarget {
    /// The names of folders and files in a folder.
    async fn names(&self, folder: &str) -> Result<Vec<String>, PlaceError> {
        let location = self.location(folder)?;
        let list = self.store.list_with_delimiter(Some(&location));
        let found = self.observed("list", folder, list).await?;
        let files = found.objects.iter().map(|it| &it.location);
        let paths = files.chain(&found.common_prefixes);
        Ok(paths
            .filter_map(|it| Some(it.filename()?.to_owned()))
            .collect())
    }

    /// The end of a file.
    async fn end(&self, name: &str, length: u64) -> Result<FileEnd, PlaceError> {
        let location = self.location(name)?;
        let head = self.store.head(&location);
        let size = self.observed("read", name, head).await?.size;
        let bytes = if size == 0 {
            Bytes::new()
        } else {
            let get = self.get_range(&location, size.saturating_sub(length), size);
            self.observed("read", name, get).await?
        };
        Ok(FileEnd { bytes, size })
    }

    async fn get_range(&self, location: &Location, from: u64, to: u64) -> Result<Bytes, Error> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(from..to)),
            ..GetOptions::default()
        };
        self.store.get_opts(location, options).await?.bytes().await
    }

    /// Adds a file unless its name is taken. Returns whether it was added.
    async fn add_file(&self, name: &str, file: &Path) -> Result<bool, PlaceError> {
        let mut hashing = Hashing::default();
        let sent = self.send(name, file, &mut hashing, PutMode::Create);
        match sent.await? {
            Some(size) => self.check(name, size).await.map(|()| true),
            None => Ok(false),
        }
    }
}

impl From<PlaceError> for Trouble {
    fn from(problem: PlaceError) -> Self {
        let hint = problem.hint();
        Self::new(problem, hint)
    }
}
