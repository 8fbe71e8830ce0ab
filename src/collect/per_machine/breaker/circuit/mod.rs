//! What calls have shown about the service, and the resulting state of the circuit. Does no I/O.

use std::{collections::VecDeque, mem};

use super::CallHistory;
use crate::domain::machine::MachineId;

/// Bounds for the number of consecutive failures that raise a suspicion; the number is derived from the
/// attempts per call.
const MIN_FAILURES_IN_A_ROW: u32 = 3;
const MAX_FAILURES_IN_A_ROW: u32 = 8;
/// Maximum number of answered machines kept for probes: several, because a single one might have been removed
/// meanwhile.
const MAX_PROBE_MACHINES: usize = 8;
/// Consecutive replies that are not the service's own, before any answer, that raise a suspicion.
/// With the [sample](crate::collect::per_machine::plan::SAMPLE_SIZE) that is requested then, they
/// make 20.
const FOREIGN_IN_A_ROW: u32 = 17;
/// Consecutive refusals that raise a suspicion, without a second attempt for each machine first.
const REFUSED_IN_A_ROW: u32 = 5;

/// Whether calls are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Calls are sent.
    Closed,
    /// Only a probe is sent, because the service may be down or refuse the run.
    Suspect,
    /// The service is down: only a probe is sent, from time to time.
    Open,
}

/// What a failure may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// Nothing: the failure is the machine's own.
    None,
    /// It was the machine's last attempt, so the cause is checked first.
    LastAttempt,
    /// Possibly an outage.
    Outage,
    /// All replies are foreign; the service itself has never replied.
    NotTheService,
}

/// A failed attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailedAttempt {
    /// Whether the reply was not the service's own.
    pub(crate) is_foreign: bool,
    /// Whether it was the machine's last attempt.
    pub(crate) is_last: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Circuit {
    /// Consecutive failures that raise a suspicion.
    threshold: u32,
    /// Failures since the last sign of life.
    failed: u32,
    /// Foreign replies since the last sign of life.
    foreign: u32,
    /// Refusals of the whole run since the last answer.
    refused: u32,
    /// The number of signs of life.
    signs: u64,
    /// The number of calls that wait to learn what their failure means.
    waiting: usize,
    /// The number of probes that hold back all other calls.
    holds: usize,
    /// The number of outages that began.
    outages: u64,
    is_down: bool,
    /// Answered machines; the next one to be probed is first.
    known: VecDeque<MachineId>,
}

impl Circuit {
    /// The circuit before the first call, with this number of retries. The service answered for the
    /// `known` machines earlier.
    pub(crate) fn new(retries: u32, known: &[MachineId]) -> Self {
        Self {
            threshold: retries.clamp(MIN_FAILURES_IN_A_ROW, MAX_FAILURES_IN_A_ROW),
            known: known.iter().copied().take(MAX_PROBE_MACHINES).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn state(&self) -> State {
        if self.is_down {
            State::Open
        } else if self.suspects_outage()
            || self.only_foreign_replies()
            || self.is_refused()
            || self.holds > 0
        {
            State::Suspect
        } else {
            State::Closed
        }
    }

    /// The number of outages that have begun.
    pub(crate) fn outages(&self) -> u64 {
        self.outages
    }

    /// Whether any machine was ever answered.
    pub(crate) fn has_answered(&self) -> bool {
        !self.known.is_empty()
    }

    /// Whether all replies so far are foreign, and so many that the service may not be there.
    pub(crate) fn only_foreign_replies(&self) -> bool {
        self.foreign >= FOREIGN_IN_A_ROW && !self.has_answered()
    }

    /// Whether all replies so far are foreign, even if there are only a few.
    pub(crate) fn began_with_foreign_replies(&self) -> bool {
        self.foreign > 0 && self.signs == 0 && !self.has_answered()
    }

    /// Whether the service has shown a sign of life after the call's last failure.
    pub(crate) fn has_sign_since(&self, history: &CallHistory) -> bool {
        history.signs.is_some_and(|earlier| self.signs > earlier)
    }

    /// Whether the call's last failure was the machine's own, according to replies since then; `None` if
    /// there were none.
    pub(crate) fn is_own(&self, history: &CallHistory) -> Option<bool> {
        if self.outages != history.outages {
            return Some(false);
        }
        self.has_sign_since(history).then_some(true)
    }

    /// Whether there were several consecutive refusals.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused >= REFUSED_IN_A_ROW
    }

    fn suspects_outage(&self) -> bool {
        self.failed >= self.threshold && self.has_answered()
    }

    /// Records an answer for a machine. Returns whether waiting callers must be notified.
    pub(crate) fn answered(&mut self, machine: MachineId) -> bool {
        self.known.retain(|known| *known != machine);
        self.known.truncate(MAX_PROBE_MACHINES - 1);
        self.known.push_front(machine);
        let was_refused = mem::take(&mut self.refused) > 0;
        self.sign_of_life() || was_refused
    }

    /// Records a sign of life. Returns whether waiting callers must be notified: in a normal run
    /// there is one sign of life per call, and each would wake all callers that wait for a slot.
    pub(crate) fn sign_of_life(&mut self) -> bool {
        let is_news = self.failed > 0 || self.waiting > 0 || self.foreign > 0;
        self.failed = 0;
        self.foreign = 0;
        self.signs += 1;
        is_news
    }

    /// Records a failed attempt.
    pub(crate) fn failed(
        &mut self,
        history: &mut CallHistory,
        attempt: FailedAttempt,
    ) -> Suspicion {
        self.failed += u32::from(history.fail(self.signs));
        self.foreign += u32::from(attempt.is_foreign);
        if !self.has_answered() {
            // Otherwise the first outcomes decide.
            return if attempt.is_foreign && self.only_foreign_replies() {
                Suspicion::NotTheService
            } else {
                Suspicion::None
            };
        }
        if self.outages != history.outages || self.is_down || self.suspects_outage() {
            Suspicion::Outage
        } else if attempt.is_last {
            Suspicion::LastAttempt
        } else {
            Suspicion::None
        }
    }

    /// Records a refusal of the whole run.
    pub(crate) fn refused(&mut self) {
        self.refused += 1;
    }

    /// The refusals so far do not concern the whole run.
    pub(crate) fn accepted(&mut self) {
        self.refused = 0;
    }

    /// A call starts to wait for the cause of its failure to be determined.
    pub(crate) fn wait(&mut self) {
        self.waiting += 1;
    }

    /// The call stops waiting.
    pub(crate) fn end_wait(&mut self) {
        self.waiting -= 1;
    }

    pub(super) fn hold(&mut self) {
        self.holds += 1;
    }

    pub(super) fn release(&mut self) {
        self.holds -= 1;
    }

    /// The answered machine to probe next.
    pub(crate) fn known(&self) -> Option<MachineId> {
        self.known.front().copied()
    }

    /// Records a probe of that machine: the next probe is for another one.
    pub(crate) fn probed(&mut self) {
        let first = self.known.pop_front();
        self.known.extend(first);
    }

    /// Opens the circuit: an outage begins.
    pub(crate) fn open(&mut self) {
        self.outages += 1;
        self.is_down = true;
    }

    /// Closes the circuit: the outage is over.
    pub(crate) fn close(&mut self) {
        self.is_down = false;
    }
}

#[cfg(test)]
mod tests;
