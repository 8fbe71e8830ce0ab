//! What the API counts and logs.

use std::collections::HashMap;

use crate::{
    domain::machine::MachineId,
    simulator::{faults::Fault, log::Call, settings::Settings, window::SlidingWindows},
};
use parking_lot::Mutex;

/// The counters; one call at a time holds them.
#[derive(Debug)]
pub(in crate::simulator) struct SharedCounters(Mutex<Counters>);

/// Calls so far, in total and per machine, and calls in flight.
#[derive(Debug)]
pub(in crate::simulator) struct Counters {
    pub(super) windows: SlidingWindows,
    pub(in crate::simulator) calls: Vec<Call>,
    pub(in crate::simulator) most_in_flight: usize,
    /// The fault of every call from now on.
    pub(in crate::simulator) for_all: Option<Fault>,
    in_flight: usize,
    attempts: HashMap<MachineId, u32>,
}

/// A call in flight, until this is dropped.
pub(super) struct InFlight<'a>(&'a SharedCounters);

impl SharedCounters {
    pub(super) fn new(settings: &Settings) -> Self {
        Self(Mutex::new(Counters {
            windows: SlidingWindows::new(&settings.limits, settings.count_refused),
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

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.0.lock().in_flight -= 1;
    }
}

impl Counters {
    /// Counts an admitted call for the machine; returns how many came before it.
    pub(super) fn attempts_before(&mut self, machine: MachineId) -> u32 {
        let count = self.attempts.entry(machine).or_default();
        *count += 1;
        *count - 1
    }
}
