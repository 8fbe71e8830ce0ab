//! The set-up of a run: usual settings, and those that a test changes.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::service::machines;
use crate::{
    collect::per_machine::{Fetcher, Plan, RetryPolicy, Settings, Stops},
    defender::MissingKbsApi,
    domain::api::Api,
    quota::{EarlierUsage, Gate, Rules},
};

/// A run with eight calls in flight, five retries and no quota, unless changed.
pub(super) struct Setup<'a> {
    plan: Plan,
    concurrency: usize,
    retries: u32,
    limits: &'a str,
    pace: &'a str,
    known_latency: Option<Duration>,
}

impl<'a> Setup<'a> {
    /// A run of this many machines.
    pub(super) fn of(count: u16) -> Self {
        Self::planned(Plan {
            machines: machines(count),
            ..Plan::default()
        })
    }

    pub(super) fn planned(plan: Plan) -> Self {
        Self {
            plan,
            concurrency: 8,
            retries: 5,
            limits: "none",
            pace: "none",
            known_latency: None,
        }
    }

    pub(super) fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    pub(super) fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    pub(super) fn quota(mut self, limits: &'a str, pace: &'a str) -> Self {
        (self.limits, self.pace) = (limits, pace);
        self
    }

    /// With the latency known from earlier processes.
    pub(super) fn known_latency(mut self, latency: Option<Duration>) -> Self {
        self.known_latency = latency;
        self
    }

    /// The gate of the run.
    pub(super) fn gate(&self) -> Gate {
        let mut gate = Gate::new(|_| Rules {
            limits: self.limits.parse().unwrap(),
            pace: self.pace.parse().unwrap(),
        });
        let past = EarlierUsage {
            latency: self.known_latency,
            ..EarlierUsage::default()
        };
        gate.restore(Api::MissingKbs, &past);
        gate
    }

    /// The fetcher of the run, which nothing stops.
    pub(super) fn fetcher<A: MissingKbsApi>(self, api: A) -> Fetcher<A> {
        self.stopped_by(&Stops::default(), api)
    }

    /// The fetcher of the run, which these tokens stop.
    pub(super) fn stopped_by<A: MissingKbsApi>(self, stops: &Stops, api: A) -> Fetcher<A> {
        let gate = self.gate();
        self.through(gate, stops, api)
    }

    /// The fetcher of the run, with another gate.
    pub(super) fn through<A: MissingKbsApi>(self, gate: Gate, stops: &Stops, api: A) -> Fetcher<A> {
        self.sharing(Arc::new(gate), stops, api)
    }

    /// The fetcher of one round of a run, with the gate of all rounds.
    pub(super) fn sharing<A: MissingKbsApi>(
        self,
        gate: Arc<Gate>,
        stops: &Stops,
        api: A,
    ) -> Fetcher<A> {
        let settings = Settings {
            concurrency: self.concurrency,
            policy: RetryPolicy::with_retries(self.retries),
            clock: || Timestamp::UNIX_EPOCH,
        };
        Fetcher::new(api, gate, settings, self.plan, stops)
    }
}
