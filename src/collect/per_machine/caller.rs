//! Sends calls, each with a slot and a permit of the quota.

use std::sync::Arc;

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};
use tracing::warn;

use super::{
    breaker::{Circuit, State},
    run::{Run, Stopped},
};
use crate::{
    collect::warn_of_narrowed,
    defender::{Address, CallError, Class, MissingKbsApi, Page},
    domain::{ending::Ending, machine::MachineId, text::span},
    quota::{Permit, Refusal, WaitReason},
};

/// Permission to occupy a call slot: hold it until the reply has arrived.
#[derive(Debug)]
#[must_use = "a call without its slot breaks the quota"]
pub(super) struct CallSlot<'a> {
    permit: Permit<'a>,
    _slot: SemaphorePermit<'a>,
}

/// Sends the calls of one worker.
#[derive(Debug)]
pub(super) struct Caller<A> {
    pub(super) api: A,
    pub(super) run: Arc<Run>,
    /// The call slots, which limit the calls in flight.
    pub(super) slots: Arc<Semaphore>,
}

impl<A: MissingKbsApi> Caller<A> {
    /// Waits for a slot, and until the circuit is closed. A caller that waits when an outage is
    /// suspected gives its slot back for the probe.
    pub(super) async fn slot_when_closed(&self) -> Result<CallSlot<'_>, Stopped> {
        let breaker = &self.run.breaker;
        loop {
            breaker
                .until(|circuit| circuit.state() == State::Closed)
                .await;
            tokio::select! {
                biased;
                slot = self.slot_if_closed() => if let Some(slot) = slot? {
                    return Ok(slot);
                },
                () = breaker.until(|circuit| circuit.state() != State::Closed) => {}
            }
        }
    }

    /// Waits for a slot; `None` if the circuit is not closed when one becomes free.
    async fn slot_if_closed(&self) -> Result<Option<CallSlot<'_>>, Stopped> {
        let slot = self.slots.acquire().await.map_err(|_| Stopped)?;
        let is_closed = self.run.breaker.circuit().state() == State::Closed;
        if !is_closed {
            return Ok(None);
        }
        self.with_permit(slot).await.map(Some)
    }

    /// Waits for a slot in any state of the circuit: for probes.
    pub(super) async fn slot(&self) -> Result<CallSlot<'_>, Stopped> {
        let slot = self.slots.acquire().await.map_err(|_| Stopped)?;
        self.with_permit(slot).await
    }

    async fn with_permit<'a>(&'a self, slot: SemaphorePermit<'a>) -> Result<CallSlot<'a>, Stopped> {
        if let Err(error) = self.api.ready().await {
            self.run.sign_in_failed(error);
            return Err(Stopped);
        }
        let Ok(permit) = self.run.limiter().permit().await else {
            self.run.stop(Ending::StoreFailed);
            return Err(Stopped);
        };
        Ok(CallSlot {
            permit,
            _slot: slot,
        })
    }

    /// Sends one call, and records what the reply shows about the service.
    pub(super) async fn send(
        &self,
        address: &Address,
        machine: MachineId,
        slot: CallSlot<'_>,
    ) -> Result<Result<Page, CallError>, Stopped> {
        let sent = Instant::now();
        let call = Box::pin(self.api.page(address, &slot.permit));
        let reply = self.run.stops.hard.run_until_cancelled(call).await;
        drop(slot);
        let reply = reply.ok_or(Stopped)?;
        if is_typical(&reply) {
            self.run.tracker.record_latency(sent.elapsed());
            self.run.limiter().answered();
        }
        match &reply {
            Ok(_) => {
                self.run.tracker.answered();
                let breaker = &self.run.breaker;
                breaker.change_if_news(|circuit| circuit.answered(machine));
            }
            Err(error) if is_sign_of_life(error) => {
                self.run.breaker.change_if_news(Circuit::sign_of_life);
            }
            Err(_) => {}
        }
        Ok(reply)
    }

    /// Requests a machine to learn about the state of the service.
    pub(super) async fn probe(
        &self,
        machine: MachineId,
        slot: CallSlot<'_>,
    ) -> Result<Result<Page, CallError>, Stopped> {
        self.run.tracker.sent(true);
        let reply = self.send(&Address::Machine(machine), machine, slot).await?;
        if let Some(refusal) = reply.as_ref().err().and_then(CallError::quota_refusal) {
            self.pause(refusal);
        }
        Ok(reply)
    }

    /// Pauses all callers after a refusal for quota.
    pub(super) fn pause(&self, refusal: Refusal) {
        self.run.tracker.throttled();
        let limiter = self.run.limiter();
        let before = limiter.waiting();
        let throttled = limiter.throttled(refusal);
        if let Some(limits) = &throttled.narrowed {
            warn_of_narrowed(limiter.api(), limits);
        }
        // Calls in flight together are refused together: the pause is logged once.
        if !matches!(before, Some((WaitReason::Throttled, _))) {
            let pause = span(throttled.resume_at - Instant::now());
            warn!("Rate limited by Defender (429): pausing all requests for {pause}");
        }
    }
}

/// Whether an error shows that the service works. A refusal for quota does, even if it is not the service's
/// own: a later call will get through.
fn is_sign_of_life(error: &CallError) -> bool {
    match error.class {
        Class::Retryable(_) | Class::NoToken => false,
        Class::Throttled(_) => true,
        _ => !error.is_foreign,
    }
}

/// Whether a call took a typical time: refusals are faster, and the time of failures varies.
fn is_typical(reply: &Result<Page, CallError>) -> bool {
    match reply {
        Ok(_) => true,
        Err(error) => error.class == Class::NotFound,
    }
}
