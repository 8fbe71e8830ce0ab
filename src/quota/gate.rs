//! The gate that every call to the service goes through.

use std::sync::Arc;

use super::{Ledger, Limiter, Past, Rules};
use crate::domain::api::Api;

/// One application in one tenant: for each API, what limits the calls to it.
///
/// The service counts the calls to each of its APIs by themselves, so each has a [`Limiter`] of
/// its own. Only a limiter of a gate makes a [`Permit`](super::Permit), and without one no call
/// can be sent.
#[derive(Debug)]
pub struct Gate {
    /// In the order of [`Api::ALL`].
    limiters: Vec<Limiter>,
}

impl Gate {
    /// A gate with these rules for each API, of whose quotas nothing is used yet.
    pub fn new(rules: impl Fn(Api) -> Rules) -> Self {
        let limiters = Api::ALL.iter().map(|api| Limiter::new(*api, &rules(*api)));
        Self {
            limiters: limiters.collect(),
        }
    }

    /// The gate that records every call in the ledger of its API before it is sent.
    #[must_use]
    pub fn recording_in(mut self, ledger: impl Fn(Api) -> Arc<dyn Ledger>) -> Self {
        for (limiter, api) in self.limiters.iter_mut().zip(Api::ALL) {
            limiter.record_in(ledger(*api));
        }
        self
    }

    /// Counts what earlier processes have used of an API's quota, as if this one had.
    pub fn remember(&mut self, api: Api, past: &Past) {
        self.limiters[api as usize].remember(past);
    }

    /// What limits the calls to this API.
    pub fn limiter(&self, api: Api) -> &Limiter {
        &self.limiters[api as usize]
    }
}
