//! The file of a store that several runs of this process open.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;

use crate::store::{error::StoreError, handle::Store, write::shared::Shared};

/// The file of a store that several runs of this process open. The whole file is verified only once, and the
/// runs take turns to write.
#[derive(Debug)]
pub struct StoreFile {
    path: PathBuf,
    shared: Arc<Shared>,
    is_verified: Mutex<bool>,
}

impl StoreFile {
    /// The store at this path, which need not exist yet.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            shared: Arc::default(),
            is_verified: Mutex::new(false),
        }
    }

    /// The same, for this number of concurrent runs.
    #[must_use]
    pub fn for_runs(self, runs: usize) -> Self {
        Self {
            shared: Arc::new(Shared::for_runs(runs)),
            ..self
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the store, or creates it if it does not exist.
    pub fn open(&self) -> Result<Store, StoreError> {
        // Other runs wait here while the file is verified.
        let mut is_verified = self.is_verified.lock();
        let store = if *is_verified {
            Store::open_verified(&self.path)
        } else {
            Store::open(&self.path)
        }?;
        *is_verified = true;
        store.sharing(&self.shared)
    }
}
