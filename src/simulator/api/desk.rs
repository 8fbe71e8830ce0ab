//! The API's front desk: it counts whoever comes and goes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    domain::machine::MachineId,
    simulator::{faults::Fault, log::Call, settings::Settings, window::SlidingWindows},
};

/// The desk; one call at a time is dealt with.
#[derive(Debug)]
pub(in crate::simulator) struct Desk(Mutex<Counters>);

/// What is counted.
#[derive(Debug)]
pub(in crate::simulator) struct Counters {
    pub(super) windows: SlidingWindows,
    pub(in crate::simulator) calls: Vec<Call>,
    pub(in crate::simulator) most_in_flight: usize,
    /// What befalls every call from now on.
    pub(in crate::simulator) for_all: Option<Fault>,
    in_flight: usize,
    attempts: HashMap<MachineId, u32>,
}

/// A call that is in the house; it leaves when this is dropped.
pub(super) struct Presence<'a>(&'a Desk);

impl Desk {
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

    pub(super) fn enter(&self) -> Presence<'_> {
        let mut counters = self.lock();
        counters.in_flight += 1;
        counters.most_in_flight = counters.most_in_flight.max(counters.in_flight);
        Presence(self)
    }

    pub(in crate::simulator) fn with<T>(&self, work: impl FnOnce(&mut Counters) -> T) -> T {
        work(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Counters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}

impl Counters {
    /// Counts an attempt that passed the quota, and says how many came before.
    pub(super) fn attempts_before(&mut self, machine: MachineId) -> u32 {
        let count = self.attempts.entry(machine).or_default();
        *count += 1;
        *count - 1
    }
}
