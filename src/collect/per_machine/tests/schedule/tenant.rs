//! A service with strict limits, and random but deterministic latencies and faults.

use std::{
    collections::{HashSet, VecDeque},
    ops::Range,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{
    defender::{Address, CallError, Class, MissingKbsApi, Page},
    domain::{kb::MissingKbs, machine::MachineId, outcome::Reason},
    quota::{Permit, RateLimit, RateLimits},
};

/// A service that counts each call at some moment between its sending and its answer.
#[derive(Debug)]
pub(super) struct Tenant {
    latency_ms: Range<u64>,
    /// The percentage of calls that fail.
    pub(super) flaky: u64,
    /// Unknown machines.
    pub(super) unknown: HashSet<MachineId>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    refused: u64,
    in_flight: usize,
    most_in_flight: usize,
    windows: Vec<(RateLimit, VecDeque<Instant>)>,
}

impl Tenant {
    /// A service with these limits and this range of latencies in milliseconds.
    pub(super) fn new(limits: &RateLimits, latency_ms: Range<u64>) -> Self {
        let windows = limits.0.iter().map(|limit| (*limit, VecDeque::new()));
        let state = State {
            windows: windows.collect(),
            ..State::default()
        };
        Self {
            latency_ms,
            flaky: 0,
            unknown: HashSet::new(),
            state: Mutex::new(state),
        }
    }

    /// The latency of a call, by its position in the order of sending.
    pub(super) fn latency(&self, call: u64) -> Duration {
        let Range { start, end } = self.latency_ms;
        let extra = fastrand::Rng::with_seed(call).u64(0..(end - start).max(1));
        Duration::from_millis(start + extra)
    }

    /// The delay from sending a call to counting it, in whole milliseconds, the resolution of
    /// timers.
    fn until_seen(call: u64, latency: Duration) -> Duration {
        let latency = u64::try_from(latency.as_millis()).unwrap();
        let share = fastrand::Rng::with_seed(!call).u64(0..=latency);
        Duration::from_millis(share)
    }

    pub(super) fn calls(&self) -> u64 {
        self.state().calls
    }

    pub(super) fn refused(&self) -> u64 {
        self.state().refused
    }

    pub(super) fn most_in_flight(&self) -> usize {
        self.state().most_in_flight
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn reply(&self, call: u64, machine: MachineId) -> Result<Page, CallError> {
        let chance = fastrand::Rng::with_seed(call ^ 0xF1A).u64(0..100);
        if chance < self.flaky {
            let class = Class::Retryable(None);
            return Err(CallError::without_reply(class, Reason::ServerError, ""));
        }
        if self.unknown.contains(&machine) {
            let class = Class::NotFound;
            return Err(CallError::without_reply(class, Reason::NotFound, ""));
        }
        Ok(Page {
            missing: MissingKbs::default(),
            next: None,
            keep_alive: crate::domain::keep_alive::KeepAlive::default(),
        })
    }
}

impl State {
    fn sent(&mut self) -> u64 {
        self.in_flight += 1;
        self.most_in_flight = self.most_in_flight.max(self.in_flight);
        self.calls += 1;
        self.calls - 1
    }

    /// Counts a call now, or refuses it.
    fn count(&mut self) {
        for (limit, seen) in &mut self.windows {
            while seen.front().is_some_and(|at| at.elapsed() >= limit.window) {
                seen.pop_front();
            }
            self.refused += u64::from(seen.len() >= limit.calls.get() as usize);
            seen.push_back(Instant::now());
        }
    }
}

impl MissingKbsApi for &Tenant {
    async fn page(&self, address: &Address, _: &Permit<'_>) -> Result<Page, CallError> {
        let Address::Machine(machine) = address else {
            panic!("no answer has a second page: {address:?}");
        };
        let call = self.state().sent();
        let latency = self.latency(call);
        let until_seen = Tenant::until_seen(call, latency);
        wait(until_seen).await;
        self.state().count();
        wait(latency.saturating_sub(until_seen)).await;
        self.state().in_flight -= 1;
        self.reply(call, *machine)
    }
}

async fn wait(length: Duration) {
    if !length.is_zero() {
        sleep(length).await;
    }
}
