//! Records the few calls besides those for machines.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use parking_lot::Mutex;
use tracing::warn;

use crate::{
    domain::{api::Api, text::chain},
    quota::{CallNumber, Ledger, RateLimit, StoreFailed},
    store::{Application, CallLog, Store, StoreError},
};

/// Records each call in the store itself, without a queue.
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

    /// Records something; a failure is logged, and there is no result.
    fn record<T>(&self, record: impl FnOnce(CallLog<'_>) -> Result<T, StoreError>) -> Option<T> {
        let recorded = record(CallLog::of(&self.store.lock(), &self.application));
        recorded
            .inspect_err(|problem| warn!("a call could not be recorded: {}", chain(problem)))
            .ok()
    }
}

#[async_trait]
impl Ledger for DirectLedger {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        let call = self.record(|log| log.record_call(self.api));
        call.ok_or(StoreFailed)
    }

    fn answered(&self, call: CallNumber) {
        self.record(|log| log.record_answer(call));
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        Ok(())
    }

    fn paused(&self, length: Duration) {
        self.record(|log| log.record_pause(self.api, length));
    }

    fn learned(&self, limit: RateLimit) {
        self.record(|log| log.record_limit(self.api, limit));
    }
}
