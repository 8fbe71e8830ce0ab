//! The gate that every call to the service goes through.

use std::sync::Arc;

use super::{EarlierUsage, Ledger, Limiter, Rules};
use crate::domain::api::Api;

/// The limits on the calls of one application in one tenant, for each API.
///
/// The service counts the calls to each of its APIs separately, so each has its own [`Limiter`].
/// Only a gate's limiter makes a [`Permit`](super::Permit), and no call can be sent without one.
#[derive(Debug)]
pub struct Gate {
    /// In the order of [`Api::ALL`].
    limiters: Vec<Limiter>,
}

impl Gate {
    /// A gate with these rules for each API, with nothing of the quotas used yet.
    pub fn new(rules: impl Fn(Api) -> Rules) -> Self {
        let limiters = Api::ALL.iter().map(|api| Limiter::new(*api, &rules(*api)));
        Self {
            limiters: limiters.collect(),
        }
    }

    /// Records every call in the ledger of its API before it is sent.
    #[must_use]
    pub fn recording_in(mut self, ledger: impl Fn(Api) -> Arc<dyn Ledger>) -> Self {
        for (limiter, api) in self.limiters.iter_mut().zip(Api::ALL) {
            limiter.record_in(ledger(*api));
        }
        self
    }

    /// Counts an API's quota used by earlier processes, as if this process had used it.
    pub fn restore(&mut self, api: Api, earlier: &EarlierUsage) {
        self.limiters[api as usize].restore(earlier);
    }

    /// The limiter of this API.
    pub fn limiter(&self, api: Api) -> &Limiter {
        &self.limiters[api as usize]
    }
}
