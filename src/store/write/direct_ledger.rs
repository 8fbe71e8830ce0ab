//! Records the calls of a process that has no run yet.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use parking_lot::Mutex;
use tracing::warn;

use crate::{
    domain::{api::Api, text::chain},
    quota::{CallNumber, Ledger, RateLimit, StoreFailed},
    store::{Application, Store, StoreError},
};

/// Records each call in the store itself, without a queue: for the few calls before a run.
#[derive(Debug)]
pub struct DirectLedger {
    store: Arc<Mutex<Store>>,
    application: Application,
    api: Api,
}

impl DirectLedger {
    /// The ledger of an app registration's calls to one API.
    pub fn new(store: Arc<Mutex<Store>>, application: Application, api: Api) -> Self {
        Self {
            store,
            application,
            api,
        }
    }
}

#[async_trait]
impl Ledger for DirectLedger {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        let recorded = self.store.lock().record_call(&self.application, self.api);
        recorded.map_err(|problem| {
            log(&problem);
            StoreFailed
        })
    }

    fn answered(&self, call: CallNumber) {
        let recorded = self.store.lock().record_answer(call);
        recorded.unwrap_or_else(|problem| log(&problem));
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        Ok(())
    }

    fn paused(&self, length: Duration) {
        let store = self.store.lock();
        let recorded = store.record_pause(&self.application, self.api, length);
        drop(store);
        recorded.unwrap_or_else(|problem| log(&problem));
    }

    fn learned(&self, limit: RateLimit) {
        let store = self.store.lock();
        let recorded = store.record_learned_limit(&self.application, self.api, limit);
        drop(store);
        recorded.unwrap_or_else(|problem| log(&problem));
    }
}

fn log(problem: &StoreError) {
    warn!("a call could not be recorded: {}", chain(problem));
}
