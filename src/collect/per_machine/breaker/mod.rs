//! The circuit breaker: distinguishes failing machines from a failing service.
//!
//! - `circuit/`: what calls have shown, and the resulting state: Closed, Suspect or Open. Does no I/O
//! - `history.rs`: the attempts of one call, and the state of the circuit when they failed
//! - `first_outcomes.rs`: trips when the first machines have all failed alike
//!
//! While the circuit is Closed, calls are sent. Several consecutive failures, refusals or foreign
//! replies make it Suspect: then only a probe is sent (`../probe/`). A probe that is answered
//! closes it; one that fails opens it, and it stays Open until a later probe is answered.
//!
//! Invariants, and why:
//!
//! - One probe at a time: the holder of `probing` sends it, and the others wait for its result.
//! - Only machines that were answered before, in this run or an earlier one, are used to test the service.
//!   The rest of a fleet may consist of machines that always fail.
//! - Failures in an outage count for no machine: after it, attempts are counted from zero again.

mod circuit;
mod first_outcomes;
mod history;

use parking_lot::Mutex;
use tokio::sync::watch;

pub(super) use self::{
    circuit::{Circuit, FailedAttempt, State, Suspicion},
    first_outcomes::{FIRST_MACHINES, FirstOutcomes},
    history::CallHistory,
};

/// A circuit that many calls share and wait for.
#[derive(Debug)]
pub(super) struct CircuitBreaker {
    circuit: watch::Sender<Circuit>,
    pub(super) first_outcomes: Mutex<FirstOutcomes>,
    /// Held by the caller that sends probes.
    pub(super) probing: tokio::sync::Mutex<()>,
}

/// While this is held, only its owner may send.
#[must_use]
pub(super) struct HoldGuard<'breaker>(&'breaker CircuitBreaker);

impl CircuitBreaker {
    pub(super) fn new(circuit: Circuit, first_outcomes: FirstOutcomes) -> Self {
        Self {
            circuit: watch::Sender::new(circuit),
            first_outcomes: Mutex::new(first_outcomes),
            probing: tokio::sync::Mutex::default(),
        }
    }

    /// The current circuit.
    pub(super) fn circuit(&self) -> watch::Ref<'_, Circuit> {
        self.circuit.borrow()
    }

    /// Changes the circuit, and wakes all waiting callers.
    pub(super) fn change(&self, change: impl FnOnce(&mut Circuit)) {
        self.circuit.send_modify(change);
    }

    /// Records a failed attempt.
    pub(super) fn failed(&self, history: &mut CallHistory, reply: FailedAttempt) -> Suspicion {
        let mut suspicion = Suspicion::None;
        self.change(|circuit| suspicion = circuit.failed(history, reply));
        suspicion
    }

    /// Changes the circuit, and wakes waiting callers only if `change` returns true.
    pub(super) fn change_if_news(&self, change: impl FnOnce(&mut Circuit) -> bool) {
        self.circuit.send_if_modified(change);
    }

    /// Waits until the circuit fulfils the condition.
    pub(super) async fn until(&self, mut condition: impl FnMut(&Circuit) -> bool) {
        // The usual case: a caller that need not wait need not subscribe either.
        if condition(&self.circuit()) {
            return;
        }
        // Fails only if the sender is dropped, and it lives as long as `self`.
        let _ = self.circuit.subscribe().wait_for(condition).await;
    }

    /// Lets only the caller send.
    pub(super) fn hold(&self) -> HoldGuard<'_> {
        self.change(Circuit::hold);
        HoldGuard(self)
    }
}

impl Drop for HoldGuard<'_> {
    fn drop(&mut self) {
        self.0.change(Circuit::release);
    }
}
