//! What calls have shown of the service, and what follows from it. Pure.

use std::{collections::VecDeque, mem};

use super::CallHistory;
use crate::domain::machine::MachineId;

/// Failures in a row that raise a suspicion: about as many as one call may have.
const FEWEST_IN_A_ROW: u32 = 3;
const MOST_IN_A_ROW: u32 = 8;
/// Machines that are kept for probes: one of them alone may be gone meanwhile.
const KNOWN: usize = 8;
/// Replies in a row that are not the service's own, before any answer, that raise a suspicion. With
/// the [scouts](crate::collect::per_machine::plan::SCOUTS) that are sent then they make 20.
const FOREIGN_IN_A_ROW: u32 = 17;
/// Refusals in a row that raise a suspicion, without a second attempt for each machine first.
const REFUSED_IN_A_ROW: u32 = 5;

/// Whether calls are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect::per_machine) enum State {
    /// They are.
    Closed,
    /// Only a probe is, because the service may be down or refuse the run.
    Suspect,
    /// The service is down: only a probe is, from time to time.
    Open,
}

/// What a failure may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect::per_machine) enum Suspicion {
    /// Nothing: it is the machine's own.
    None,
    /// It is the last one that the machine may have: better make sure.
    LastAttempt,
    /// An outage.
    Outage,
    /// Something else than the service answers, and the service never did.
    NotTheService,
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy)]
pub(in crate::collect::per_machine) struct FailedAttempt {
    /// Whether the reply was not the service's own.
    pub(in crate::collect::per_machine) is_foreign: bool,
    /// Whether the machine may not have another attempt.
    pub(in crate::collect::per_machine) is_last: bool,
}

#[derive(Debug, Default)]
pub(in crate::collect::per_machine) struct Circuit {
    /// Failures in a row that raise a suspicion.
    threshold: u32,
    /// Failures since the last sign of life.
    failed: u32,
    /// Replies since then that were not the service's own.
    foreign: u32,
    /// Refusals of the whole run since the last answer.
    refused: u32,
    /// Signs of life.
    signs: u64,
    /// Calls that wait to learn what their failure means.
    waiting: usize,
    /// Probes while which nothing else may be sent.
    holds: usize,
    /// Outages that began.
    outages: u64,
    is_down: bool,
    /// Machines that were answered, the next one for a probe first.
    known: VecDeque<MachineId>,
}

impl Circuit {
    /// Of a service that was not called yet, with so many attempts after the first. These
    /// machines it answered earlier.
    pub(in crate::collect::per_machine) fn new(retries: u32, known: &[MachineId]) -> Self {
        Self {
            threshold: retries.clamp(FEWEST_IN_A_ROW, MOST_IN_A_ROW),
            known: known.iter().copied().take(KNOWN).collect(),
            ..Self::default()
        }
    }

    pub(in crate::collect::per_machine) fn state(&self) -> State {
        if self.is_down {
            State::Open
        } else if self.suspects_outage()
            || self.hears_only_strangers()
            || self.is_refused()
            || self.holds > 0
        {
            State::Suspect
        } else {
            State::Closed
        }
    }

    /// Outages that have begun.
    pub(in crate::collect::per_machine) fn outages(&self) -> u64 {
        self.outages
    }

    /// Whether any machine was ever answered.
    pub(in crate::collect::per_machine) fn has_answered(&self) -> bool {
        !self.known.is_empty()
    }

    /// Whether only strangers have answered so far, and so many that the service is in doubt.
    pub(in crate::collect::per_machine) fn hears_only_strangers(&self) -> bool {
        self.foreign >= FOREIGN_IN_A_ROW && !self.has_answered()
    }

    /// Whether only strangers have answered so far, be they few or many.
    pub(in crate::collect::per_machine) fn heard_a_stranger_first(&self) -> bool {
        self.foreign > 0 && self.signs == 0 && !self.has_answered()
    }

    /// Whether the service has shown a sign of life after the call's last failure.
    pub(in crate::collect::per_machine) fn works_since(&self, history: &CallHistory) -> bool {
        history.signs.is_some_and(|earlier| self.signs > earlier)
    }

    /// Whether the call's last failure was the machine's own, by what happened since; `None` when
    /// nothing did.
    pub(in crate::collect::per_machine) fn is_own(&self, history: &CallHistory) -> Option<bool> {
        if self.outages != history.outages {
            return Some(false);
        }
        self.works_since(history).then_some(true)
    }

    /// Whether there were several refusals in a row.
    pub(in crate::collect::per_machine) fn is_refused(&self) -> bool {
        self.refused >= REFUSED_IN_A_ROW
    }

    fn suspects_outage(&self) -> bool {
        self.failed >= self.threshold && self.has_answered()
    }

    /// A machine was answered. Returns whether that is news to anybody.
    pub(in crate::collect::per_machine) fn answered(&mut self, machine: MachineId) -> bool {
        self.known.retain(|known| *known != machine);
        self.known.truncate(KNOWN - 1);
        self.known.push_front(machine);
        let was_refused = mem::take(&mut self.refused) > 0;
        self.works() || was_refused
    }

    /// A sign of life. Returns whether that is news to anybody: in a run that goes well there is
    /// one for each call, and all who wait for a slot would be woken.
    pub(in crate::collect::per_machine) fn works(&mut self) -> bool {
        let is_news = self.failed > 0 || self.waiting > 0 || self.foreign > 0;
        self.failed = 0;
        self.foreign = 0;
        self.signs += 1;
        is_news
    }

    /// An attempt failed.
    pub(in crate::collect::per_machine) fn failed(
        &mut self,
        history: &mut CallHistory,
        attempt: FailedAttempt,
    ) -> Suspicion {
        self.failed += u32::from(history.fail(self.signs));
        self.foreign += u32::from(attempt.is_foreign);
        if !self.has_answered() {
            // Else it is for the first outcomes to tell.
            return if attempt.is_foreign && self.hears_only_strangers() {
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

    /// A call was refused as if the whole run were.
    pub(in crate::collect::per_machine) fn refused(&mut self) {
        self.refused += 1;
    }

    /// The refusals so far are not the whole run's.
    pub(in crate::collect::per_machine) fn accepted(&mut self) {
        self.refused = 0;
    }

    /// A call begins to wait for what its failure means.
    pub(in crate::collect::per_machine) fn wait(&mut self) {
        self.waiting += 1;
    }

    /// It waits no more.
    pub(in crate::collect::per_machine) fn wait_no_more(&mut self) {
        self.waiting -= 1;
    }

    pub(super) fn hold(&mut self) {
        self.holds += 1;
    }

    pub(super) fn release(&mut self) {
        self.holds -= 1;
    }

    /// The machine that was answered before, to send a probe for now.
    pub(in crate::collect::per_machine) fn known(&self) -> Option<MachineId> {
        self.known.front().copied()
    }

    /// A probe is sent for that machine: the next one is for another.
    pub(in crate::collect::per_machine) fn probed(&mut self) {
        let first = self.known.pop_front();
        self.known.extend(first);
    }

    /// An outage begins.
    pub(in crate::collect::per_machine) fn open(&mut self) {
        self.outages += 1;
        self.is_down = true;
    }

    /// The outage is over.
    pub(in crate::collect::per_machine) fn close(&mut self) {
        self.is_down = false;
    }
}
