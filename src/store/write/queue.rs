//! The queue of the writer, which is emptied in batches.
//!
//! A call waiting for its number is written immediately, together with everything else in the queue. Outcomes
//! alone wait briefly for others to arrive: one commit for many costs little more than a commit for one, and
//! a kill loses no more than this delay.

use std::{
    mem,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, oneshot};

use crate::store::tables::{calls::Pause, learned_limits::LearnedLimit};
use crate::{
    domain::{api::Api, outcome::Outcome, requests::Requests},
    quota::CallNumber,
};

/// How long an outcome waits for other outcomes.
const BATCH_DELAY: Duration = Duration::from_millis(20);
/// The maximum number of outcomes waiting to be written: about as many as arrive during two delays at full
/// speed. It limits both memory and what a kill can lose.
const MAX_OUTCOMES: usize = 2000;

/// Something to write.
#[derive(Debug)]
pub(crate) enum Event {
    /// A machine's outcome, and the number of requests that the process has sent so far.
    Outcome(Outcome, Requests),
    /// A call is about to be sent.
    Sending {
        api: Api,
        at: Timestamp,
        reply_to: oneshot::Sender<CallNumber>,
    },
    /// The answer to a call arrived, or will never arrive.
    Answered(CallNumber, Timestamp),
    /// A call is not sent.
    Unsent(CallNumber),
    /// The service throttled a call: no calls are sent for the length of the pause.
    Paused(Api, Pause),
    /// A limit was learned from a refusal.
    Learned(LearnedLimit, Timestamp),
}

impl Event {
    /// The outcome in this event, if it is one.
    pub(crate) fn into_outcome(self) -> Option<Outcome> {
        match self {
            Self::Outcome(outcome, _) => Some(outcome),
            _ => None,
        }
    }

    /// Whether a caller is waiting for it.
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Sending { .. })
    }
}

/// The queued events, and the number of outcomes that are queued or being written.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Wakes the writer.
    wake: Condvar,
    /// The number of outcomes that were queued and are not written yet.
    outcomes: AtomicUsize,
    room_made: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: Vec<Event>,
    is_urgent: bool,
    is_closed: bool,
}

/// The events taken from the queue together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) events: Vec<Event>,
    /// Whether the queue is closed and nothing will follow.
    pub(crate) is_last: bool,
}

impl Queue {
    /// Adds an event. Never waits.
    pub(crate) fn push(&self, event: Event) {
        if matches!(event, Event::Outcome(..)) {
            self.outcomes.fetch_add(1, SeqCst);
        }
        let mut state = self.state.lock();
        let needs_wake = state.events.is_empty() || event.is_urgent() && !state.is_urgent;
        state.is_urgent |= event.is_urgent();
        state.events.push(event);
        drop(state);
        if needs_wake {
            self.wake.notify_one();
        }
    }

    /// Closes the queue: nothing will follow.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.wake.notify_one();
    }

    /// Takes all queued events. If there are none, waits for at most `at_most`.
    pub(crate) fn take(&self, at_most: Duration) -> Batch {
        let is_idle = |it: &mut State| it.events.is_empty() && !it.is_closed;
        let mut state = self.state.lock();
        self.wake.wait_while_for(&mut state, is_idle, at_most);
        let can_wait = |it: &mut State| {
            !it.events.is_empty()
                && !it.is_urgent
                && !it.is_closed
                && it.events.len() < MAX_OUTCOMES
        };
        self.wake.wait_while_for(&mut state, can_wait, BATCH_DELAY);
        state.is_urgent = false;
        Batch {
            events: mem::take(&mut state.events),
            is_last: state.is_closed,
        }
    }

    /// Marks this many outcomes as written, or as given up.
    pub(crate) fn written(&self, outcomes: usize) {
        self.outcomes.fetch_sub(outcomes, SeqCst);
        self.room_made.notify_waiters();
    }

    /// Waits until there is space for another outcome.
    pub(crate) async fn room(&self) {
        while self.outcomes.load(SeqCst) >= MAX_OUTCOMES {
            let mut room_made = pin!(self.room_made.notified());
            // From here on no notification is missed.
            room_made.as_mut().enable();
            if self.outcomes.load(SeqCst) >= MAX_OUTCOMES {
                room_made.await;
            }
        }
    }
}

/// Sends the waiting callers the numbers of their calls. Returns the calls whose callers have
/// stopped waiting: those are not sent.
pub(crate) fn send_numbers(events: Vec<Event>, numbers: Vec<CallNumber>) -> Vec<CallNumber> {
    let callers = events.into_iter().filter_map(|event| match event {
        Event::Sending { reply_to, .. } => Some(reply_to),
        _ => None,
    });
    let replies = callers.zip(numbers);
    replies
        .filter_map(|(reply_to, number)| reply_to.send(number).err())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use super::*;
    use crate::domain::{
        machine::MachineId,
        outcome::{Failure, Reason},
    };

    /// Longer than any test runs.
    const TEST_TIMEOUT: Duration = Duration::from_hours(1);

    fn outcome() -> Event {
        let failure = Failure {
            reason: Reason::Timeout,
            http_status: None,
            code: None,
            message: String::new(),
            correlation_id: None,
        };
        let outcome = Outcome {
            machine: MachineId::from_bytes([1; 20]),
            attempts: 1,
            times_unknown: 0,
            result: Err(failure),
        };
        Event::Outcome(outcome, Requests::default())
    }

    fn sending() -> Event {
        Event::Sending {
            api: Api::MissingKbs,
            at: Timestamp::now(),
            reply_to: oneshot::channel().0,
        }
    }

    /// The batch that the writer takes while another thread acts.
    fn taken_while(act: impl FnOnce(&Queue) + Send + 'static) -> (Arc<Queue>, Batch) {
        let queue = Arc::new(Queue::default());
        let actor = thread::spawn({
            let queue = Arc::clone(&queue);
            move || act(&queue)
        });
        let batch = queue.take(TEST_TIMEOUT);
        actor.join().unwrap();
        (queue, batch)
    }

    #[test]
    fn new_entry_wakes_the_writer() {
        for event in [outcome as fn() -> Event, sending] {
            let (_, batch) = taken_while(move |queue| queue.push(event()));
            assert_eq!(batch.events.len(), 1);
            assert!(!batch.is_last);
        }
        let (_, batch) = taken_while(Queue::close);
        assert!(batch.events.is_empty() && batch.is_last);
    }

    #[test]
    fn waiting_entries_are_taken_together() {
        let queue = Queue::default();
        (0..3).for_each(|_| queue.push(outcome()));
        queue.push(sending());
        queue.close();
        let batch = queue.take(TEST_TIMEOUT);
        assert_eq!((batch.events.len(), batch.is_last), (4, true));
    }

    #[tokio::test]
    async fn queue_blocks_when_full_until_entries_are_done() {
        let queue = Queue::default();
        for _ in 0..MAX_OUTCOMES {
            queue.room().await;
            queue.push(outcome());
        }
        queue.push(sending());
        let mut room = pin!(queue.room());
        assert!(futures::poll!(&mut room).is_pending());
        queue.written(1);
        room.await;
    }
}
