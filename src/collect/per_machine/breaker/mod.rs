//! The circuit breaker: whether machines fail by themselves, or the service does.
//!
//! - `circuit.rs`: what calls have shown, and what follows from it: Closed, Suspect or Open. Pure
//! - `history.rs`: the attempts of one call, and what the circuit had seen when they failed
//! - `first_outcomes.rs`: trips when the first machines have all failed alike
//!
//! While the circuit is Closed, calls are sent. Several failures, refusals or replies of somebody
//! else in a row make it Suspect: nothing is sent but a probe (`../probe/`). A probe that is
//! answered closes it; one that fails opens it, and it stays Open until a later probe is answered.
//!
//! What holds, and why:
//!
//! - One probe at a time: whoever has `probing` sends it, and the others wait for what it shows.
//! - Only machines that were answered judge the service, in this run or in an earlier one. What is
//!   left of a fleet may be just those that always fail.
//! - Failures in an outage count for no machine: after it, attempts start anew.

mod circuit;
mod first_outcomes;
mod history;

use parking_lot::Mutex;
use tokio::sync::watch;

pub(super) use self::{
    circuit::{Circuit, FailedAttempt, State, Suspicion},
    first_outcomes::{FIRST, FirstOutcomes},
    history::CallHistory,
};

/// A circuit that many calls share, and wait for.
#[derive(Debug)]
pub(super) struct CircuitBreaker {
    circuit: watch::Sender<Circuit>,
    pub(super) first_outcomes: Mutex<FirstOutcomes>,
    /// Held by whoever sends probes.
    pub(super) probing: tokio::sync::Mutex<()>,
}

/// While this is held, only its owner may send.
#[must_use]
pub(super) struct Hold<'breaker>(&'breaker CircuitBreaker);

impl CircuitBreaker {
    pub(super) fn new(circuit: Circuit, first_outcomes: FirstOutcomes) -> Self {
        Self {
            circuit: watch::Sender::new(circuit),
            first_outcomes: Mutex::new(first_outcomes),
            probing: tokio::sync::Mutex::default(),
        }
    }

    /// The circuit as it is now.
    pub(super) fn circuit(&self) -> watch::Ref<'_, Circuit> {
        self.circuit.borrow()
    }

    /// Changes the circuit, and wakes whoever waits for it.
    pub(super) fn change(&self, change: impl FnOnce(&mut Circuit)) {
        self.circuit.send_modify(change);
    }

    /// Takes note of an attempt that failed.
    pub(super) fn failed(&self, history: &mut CallHistory, reply: FailedAttempt) -> Suspicion {
        let mut suspicion = Suspicion::None;
        self.change(|circuit| suspicion = circuit.failed(history, reply));
        suspicion
    }

    /// Changes it, and wakes others only where the change says that it is news.
    pub(super) fn change_if_news(&self, change: impl FnOnce(&mut Circuit) -> bool) {
        self.circuit.send_if_modified(change);
    }

    /// Waits until the circuit is like that.
    pub(super) async fn until(&self, mut condition: impl FnMut(&Circuit) -> bool) {
        // Nearly always so: whoever need not wait need not listen, either.
        if condition(&self.circuit()) {
            return;
        }
        // It fails where the sender is gone, and the sender is here.
        let _ = self.circuit.subscribe().wait_for(condition).await;
    }

    /// Lets only the caller send.
    pub(super) fn hold(&self) -> Hold<'_> {
        self.change(Circuit::hold);
        Hold(self)
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.change(Circuit::release);
    }
}
