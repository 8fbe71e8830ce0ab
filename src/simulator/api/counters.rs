//! The counters and the log of the API.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::matching::ListState;
use crate::simulator::{
    faults::Fault,
    log::{ApiName, Call},
    settings::Settings,
    window::{OverQuota, SlidingWindows},
};

/// The counters; one call at a time holds them.
#[derive(Debug)]
pub(in crate::simulator) struct SharedCounters(Mutex<Counters>);

/// Calls so far, in total and per machine, and calls in flight.
#[derive(Debug)]
pub(in crate::simulator) struct Counters {
    /// The quota of each API.
    windows: HashMap<ApiName, SlidingWindows>,
    pub(super) list: ListState,
    pub(in crate::simulator) calls: Vec<Call>,
    pub(in crate::simulator) most_in_flight: usize,
    /// The fault of every call from now on.
    pub(in crate::simulator) for_all: Option<Fault>,
    in_flight: usize,
    /// Admitted calls by what is requested.
    attempts: HashMap<String, u32>,
}

/// A call in flight, until this is dropped.
pub(super) struct InFlight<'a>(&'a SharedCounters);

impl SharedCounters {
    pub(super) fn new(settings: &Settings) -> Self {
        Self(Mutex::new(Counters {
            windows: windows(settings).collect(),
            list: ListState::default(),
            calls: Vec::new(),
            most_in_flight: 0,
            for_all: None,
            in_flight: 0,
            attempts: HashMap::new(),
        }))
    }

    pub(super) fn enter(&self) -> InFlight<'_> {
        let mut counters = self.0.lock();
        counters.in_flight += 1;
        counters.most_in_flight = counters.most_in_flight.max(counters.in_flight);
        InFlight(self)
    }

    pub(in crate::simulator) fn with<T>(&self, work: impl FnOnce(&mut Counters) -> T) -> T {
        work(&mut self.0.lock())
    }
}

fn windows(settings: &Settings) -> impl Iterator<Item = (ApiName, SlidingWindows)> {
    let apis = ApiName::ALL.iter();
    apis.map(|&api| {
        let limits = settings.limits_of(api);
        (api, SlidingWindows::new(&limits))
    })
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.0.lock().in_flight -= 1;
    }
}

impl Counters {
    /// Counts a call in the quota of its API, or refuses it.
    pub(super) fn admit(&mut self, api: ApiName, now: Instant) -> Result<(), OverQuota> {
        let windows = self.windows.get_mut(&api);
        windows.map_or(Ok(()), |windows| windows.admit(now))
    }

    /// Counts an admitted call; returns how many for the same came before it.
    pub(super) fn attempts_before(&mut self, requested: String) -> u32 {
        let attempts = self.attempts.entry(requested).or_default();
        *attempts += 1;
        *attempts - 1
    }
}
