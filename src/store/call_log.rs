//! The calls of an app registration, whichever process sent them, and what they have shown of its quota.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    error::StoreError,
    handle::Store,
    tables::{
        calls::{self, Application, Counting, Pause},
        learned_limits::{self, LearnedLimit},
    },
};
use crate::{
    domain::api::Api,
    quota::{CallNumber, EarlierUsage, RateLimit},
};

type Result<T> = std::result::Result<T, StoreError>;

/// The calls of an app registration in the store.
#[derive(Debug, Clone, Copy)]
pub struct CallLog<'store> {
    store: &'store Store,
    caller: &'store Application,
}

impl<'store> CallLog<'store> {
    /// The calls of this app registration.
    pub const fn of(store: &'store Store, caller: &'store Application) -> Self {
        Self { store, caller }
    }

    /// Records one call that is about to be sent outside a run.
    pub fn record_call(self, api: Api) -> Result<CallNumber> {
        self.store.set(|connection| {
            let number = calls::application(connection, self.caller)?;
            calls::record_sending(connection, number, api, Timestamp::now())
        })
    }

    /// Records that the answer to a call has arrived.
    pub fn record_answer(self, call: CallNumber) -> Result<()> {
        self.store
            .set(|connection| calls::record_answered(connection, call, Timestamp::now()))
    }

    /// Records that the service throttled a call outside a run, and how long no calls may be sent
    /// to this API.
    pub fn record_pause(self, api: Api, length: Duration) -> Result<()> {
        let at = Timestamp::now();
        self.store.set(|connection| {
            let number = calls::application(connection, self.caller)?;
            calls::record_pause(connection, number, api, Pause { at, length })
        })
    }

    /// Records a limit that a refusal outside a run has shown.
    pub fn record_limit(self, api: Api, limit: RateLimit) -> Result<()> {
        let learned = LearnedLimit { api, limit };
        self.store.set(|connection| {
            let number = calls::application(connection, self.caller)?;
            learned_limits::record(connection, number, learned, Timestamp::now())
        })
    }

    /// The limits learned from refusals, as long as they are remembered.
    pub fn limits(self) -> Result<Vec<LearnedLimit>> {
        self.store.with_path(learned_limits::of(
            &self.store.connection,
            self.caller,
            Timestamp::now(),
        ))
    }

    /// Deletes the limits, of all app registrations, that are no longer remembered.
    pub fn prune_limits(self) -> Result<()> {
        let now = Timestamp::now();
        if self
            .store
            .with_path(learned_limits::has_stale(&self.store.connection, now))?
        {
            self.store
                .set(|connection| learned_limits::prune(connection, now))?;
        }
        Ok(())
    }

    /// Forgets the limits that were learned before a time.
    pub fn forget_limits(self, before: Timestamp) -> Result<()> {
        let now = Timestamp::now();
        self.store
            .set(|connection| learned_limits::forget(connection, self.caller, before, now))
    }

    /// How much of the quota earlier processes have used, by API. Deletes the calls that no longer
    /// count.
    pub fn earlier_usage(
        self,
        counting: impl Fn(Api) -> Option<Counting>,
    ) -> Result<Vec<(Api, EarlierUsage)>> {
        for &api in Api::ALL {
            self.prune(api, counting(api).unwrap_or_default())?;
        }
        self.store.with_path(calls::earlier_usage(
            &self.store.connection,
            self.caller,
            counting,
        ))
    }

    /// Deletes the calls that no longer count. Usually there are none, and checking takes no lock.
    fn prune(self, api: Api, counting: Counting) -> Result<()> {
        if self.store.with_path(calls::has_stale(
            &self.store.connection,
            self.caller,
            api,
            counting,
        ))? {
            self.store
                .set(|connection| calls::prune(connection, self.caller, api, counting))?;
        }
        Ok(())
    }
}
