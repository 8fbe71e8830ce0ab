//! What calls tell of the service's health.

use std::collections::VecDeque;

use tokio::sync::{Mutex, watch};

use crate::{collect::per_machine::retry::Attempts, domain::machine::MachineId};

/// Failures in a row that raise a suspicion: about as many as one call may have.
const FEWEST_IN_A_ROW: u32 = 3;
const MOST_IN_A_ROW: u32 = 8;
/// Machines that are kept to ask for again: one of them alone may be gone meanwhile.
const KNOWN: usize = 8;
/// Replies in a row that are not the service's own, before any answer, that raise a suspicion. With
/// the [scouts](crate::collect::per_machine::plan::SCOUTS) that are sent then they make 20.
const FOREIGN_IN_A_ROW: u32 = 17;
/// Refusals in a row that are looked into at once, without asking again for each machine first.
const REFUSED_IN_A_ROW: u32 = 5;

/// What is known of the service's health.
#[derive(Debug)]
pub(in crate::collect::per_machine) struct Health {
    suspicious: u32,
    state: watch::Sender<State>,
    /// Held by the one that finds out what failures mean.
    pub(super) judge: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures since the last sign of life.
    in_a_row: u32,
    /// Signs of life.
    signs: u64,
    /// Replies since then that were not the service's own.
    foreign: u32,
    /// Refusals of the whole run since the last answer.
    refused: u32,
    /// Questions that wait to learn what their failure means.
    in_doubt: usize,
    /// Questions that find something out while nothing else may be sent.
    holding: usize,
    /// Outages that began.
    outages: u64,
    is_down: bool,
    /// Machines that were answered, the next one to ask for first.
    known: VecDeque<MachineId>,
}

/// The tries for one call, and what was seen of the service meanwhile.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::collect::per_machine) struct CallHistory {
    pub(in crate::collect::per_machine) attempts: Attempts,
    /// Outages that had begun when the last call was sent.
    outages: u64,
    /// Signs of life when the last call failed.
    signs: Option<u64>,
    /// Whether the service worked after a failure: then failing is this machine's way.
    is_own: bool,
    /// Answers that had arrived when this call was first refused as if the whole run were.
    pub(in crate::collect::per_machine) refused_at: Option<u64>,
}

/// What a failure looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The machine's own.
    Own,
    /// The last one that the machine may have.
    Last,
    /// An outage.
    Outage,
    /// Something else than the service answers, and the service never did.
    Foreign,
}

/// While this is held, only who finds something out may send calls.
#[must_use]
pub(in crate::collect::per_machine) struct Hold<'health>(&'health Health);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.holding -= 1);
    }
}

impl Health {
    /// Of a service that was not asked yet, with so many attempts after the first. These
    /// machines it answered earlier.
    pub(in crate::collect::per_machine) fn new(retries: u32, known: &[MachineId]) -> Self {
        let state = State {
            known: known.iter().copied().take(KNOWN).collect(),
            ..State::default()
        };
        Self {
            suspicious: retries.clamp(FEWEST_IN_A_ROW, MOST_IN_A_ROW),
            state: watch::Sender::new(state),
            judge: Mutex::default(),
        }
    }

    /// Takes in a machine's answer.
    pub(in crate::collect::per_machine) fn answered(&self, machine: MachineId) {
        self.state.send_if_modified(|state| {
            state.known.retain(|known| *known != machine);
            state.known.truncate(KNOWN - 1);
            state.known.push_front(machine);
            // It is news to those who wait because of a refusal, too.
            let was_refused = std::mem::take(&mut state.refused) > 0;
            state.sign() || was_refused
        });
    }

    /// Takes in a reply that is no answer, and yet shows that the service works.
    pub(in crate::collect::per_machine) fn works(&self) {
        self.state.send_if_modified(State::sign);
    }

    /// Notes that a call is sent: after an outage its tries start anew.
    pub(in crate::collect::per_machine) fn sending(&self, history: &mut CallHistory) {
        let outages = self.state.borrow().outages;
        if history.outages != outages {
            *history = CallHistory {
                outages,
                ..CallHistory::default()
            };
        }
    }

    /// Waits until calls may be sent.
    pub(in crate::collect::per_machine) async fn calm(&self) {
        self.wait_for(|state| !self.is_closed(state)).await;
    }

    /// Waits until no call may be sent, except to find out what is the matter.
    pub(in crate::collect::per_machine) async fn alarm(&self) {
        self.wait_for(|state| self.is_closed(state)).await;
    }

    /// Whether calls may be sent now.
    pub(in crate::collect::per_machine) fn is_calm(&self) -> bool {
        !self.is_closed(&self.state.borrow())
    }

    fn is_closed(&self, state: &State) -> bool {
        self.is_suspicious(state)
            || state.holding > 0
            || state.refused >= REFUSED_IN_A_ROW
            || state.hears_strangers()
    }

    fn is_suspicious(&self, state: &State) -> bool {
        state.is_down || state.in_a_row >= self.suspicious && !state.known.is_empty()
    }

    /// Lets nobody send who does not find something out.
    pub(in crate::collect::per_machine) fn hold(&self) -> Hold<'_> {
        self.state.send_modify(|state| state.holding += 1);
        Hold(self)
    }

    /// Outages that have begun.
    pub(in crate::collect::per_machine) fn outages(&self) -> u64 {
        self.state.borrow().outages
    }

    /// Whether any machine was ever answered.
    pub(in crate::collect::per_machine) fn has_answered(&self) -> bool {
        !self.state.borrow().known.is_empty()
    }

    /// Waits until more outages have begun than so many.
    pub(in crate::collect::per_machine) async fn outage_after(&self, outages: u64) {
        self.wait_for(|state| state.outages > outages).await;
    }

    /// Whether only strangers have answered so far, and so many that the service is in doubt.
    pub(super) fn hears_strangers(&self) -> bool {
        self.state.borrow().hears_strangers()
    }

    /// Whether only strangers have answered so far, be they few or many.
    pub(super) fn heard_only_strangers(&self) -> bool {
        let state = self.state.borrow();
        state.foreign > 0 && state.signs == 0 && state.known.is_empty()
    }

    /// Counts a refusal of the whole run, and returns whether there are several in a row.
    pub(in crate::collect::per_machine) fn refused(&self) -> bool {
        self.state.send_modify(|state| state.refused += 1);
        self.state.borrow().refused >= REFUSED_IN_A_ROW
    }

    /// The refusals so far are not the whole run's.
    pub(in crate::collect::per_machine) fn lets_in(&self) {
        self.state.send_modify(|state| state.refused = 0);
    }

    /// Waits for a sign of life after the last failure.
    pub(super) async fn sign_since(&self, history: &CallHistory) {
        self.wait_for(|state| state.has_sign_since(history)).await;
    }

    /// Waits until an outage begins after the last call was sent.
    pub(super) async fn outage_since(&self, history: &CallHistory) {
        self.wait_for(|state| state.outages != history.outages)
            .await;
    }

    async fn wait_for(&self, mut condition: impl FnMut(&State) -> bool) {
        // Nearly always so: whoever need not wait need not listen, either.
        if condition(&self.state.borrow()) {
            return;
        }
        // It fails where the sender is gone, and the sender is here.
        let _ = self.state.subscribe().wait_for(condition).await;
    }

    /// Counts a failure. It may be a stranger's reply; `is_last` says that the machine may not have
    /// another.
    pub(super) fn failed(
        &self,
        history: &mut CallHistory,
        is_foreign: bool,
        is_last: bool,
    ) -> Look {
        let mut look = Look::Own;
        self.state.send_modify(|state| {
            state.in_a_row += u32::from(history.fail(state.signs));
            state.foreign += u32::from(is_foreign);
            if state.known.is_empty() {
                // Nobody was answered yet: else that is the circuit breaker's affair.
                if is_foreign && state.hears_strangers() {
                    look = Look::Foreign;
                }
            } else if state.outages != history.outages || self.is_suspicious(state) {
                look = Look::Outage;
            } else if is_last {
                look = Look::Last;
            }
        });
        look
    }

    /// A machine begins to wait for what its failure means.
    pub(super) fn in_doubt(&self) {
        self.state.send_modify(|state| state.in_doubt += 1);
    }

    /// It waits no more.
    pub(super) fn in_doubt_no_more(&self) {
        self.state.send_modify(|state| state.in_doubt -= 1);
    }

    /// Whether the last failure was the machine's own, by what happened since; `None` when
    /// nothing did.
    pub(super) fn verdict(&self, history: &CallHistory) -> Option<bool> {
        let state = self.state.borrow();
        if state.outages != history.outages {
            return Some(false);
        }
        state.has_sign_since(history).then_some(true)
    }

    /// The next machine to ask for once more.
    pub(super) fn next_known(&self) -> Option<MachineId> {
        let mut next = None;
        self.state.send_modify(|state| {
            next = state.known.pop_front();
            state.known.extend(next);
        });
        next
    }

    /// An outage begins.
    pub(super) fn goes_down(&self) {
        self.state.send_modify(|state| {
            state.outages += 1;
            state.is_down = true;
        });
    }

    /// The outage is over.
    pub(super) fn comes_back(&self) {
        self.state.send_modify(|state| state.is_down = false);
    }
}

impl State {
    /// Takes in a sign of life, and returns whether that is news to anybody: in a run that
    /// goes well there is one for each call, and all who wait for their turn would be woken.
    fn sign(&mut self) -> bool {
        let is_news = self.in_a_row > 0 || self.in_doubt > 0 || self.foreign > 0;
        self.in_a_row = 0;
        self.foreign = 0;
        self.signs += 1;
        is_news
    }

    fn hears_strangers(&self) -> bool {
        self.foreign >= FOREIGN_IN_A_ROW && self.known.is_empty()
    }

    fn has_sign_since(&self, history: &CallHistory) -> bool {
        history.signs.is_some_and(|earlier| self.signs > earlier)
    }
}

impl CallHistory {
    /// Outages that had begun when the last call was sent.
    pub(in crate::collect::per_machine) fn outages(&self) -> u64 {
        self.outages
    }

    /// The tries that a call goes on with after a long wait: what was seen of the service before
    /// it says nothing any more.
    pub(in crate::collect::per_machine) fn after_a_wait(&self) -> Self {
        Self {
            attempts: self.attempts,
            outages: self.outages,
            ..Self::default()
        }
    }

    /// Takes in a failure after so many signs of life, and returns whether it may be the
    /// service's.
    fn fail(&mut self, signs: u64) -> bool {
        self.is_own |= self.signs.is_some_and(|earlier| signs > earlier);
        self.signs = Some(signs);
        !self.is_own
    }
}
