//! The store while calls are recorded in it one by one.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::{
    domain::api::Api,
    store::{Application, DirectLedger, Store, StoreError, StoreFile},
};

/// The store of a run, shared with the ledgers of the few calls besides those for machines.
pub(super) struct SharedStore(Arc<Mutex<Store>>);

impl SharedStore {
    pub(super) fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// The store, until the guard is dropped: not across an `await`, because ledgers wait for it.
    pub(super) fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock()
    }

    /// Records the calls of an app registration to one API.
    pub(super) fn ledger(&self, application: &Application, api: Api) -> DirectLedger {
        DirectLedger::new(Arc::clone(&self.0), application.clone(), api)
    }

    /// The store itself. Should an abandoned call still have its ledger, the file is opened again.
    pub(super) fn into_store(self, file: &StoreFile) -> Result<Store, StoreError> {
        match Arc::into_inner(self.0) {
            Some(store) => Ok(store.into_inner()),
            None => file.open(),
        }
    }
}
