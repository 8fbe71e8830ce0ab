//! The queue of the writer, which is emptied in batches.
//!
//! A call waiting for its number is written at once, together with everything else in the queue.
//! Outcomes alone wait a moment for others to arrive: one commit for many costs little more than a
//! commit for one, and a kill loses no more than that moment.

use std::{
    mem,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, oneshot};

use crate::store::tables::calls::Pause;
use crate::{
    collect::Requests,
    domain::{api::Api, outcome::Outcome},
    quota::CallNumber,
};

/// How long an outcome waits for others.
const MOMENT: Duration = Duration::from_millis(20);
/// The maximum number of outcomes waiting to be written: about as many as arrive in two such
/// moments at full speed. It limits both memory and what a kill can lose.
const ENOUGH: usize = 2000;

/// Something to write.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A machine's outcome, and the number of requests that the process has sent so far.
    Outcome(Outcome, Requests),
    /// A call is about to be sent.
    Sending {
        api: Api,
        at: Timestamp,
        noted: oneshot::Sender<CallNumber>,
    },
    /// The answer to a call arrived, or never will.
    Answered(CallNumber, Timestamp),
    /// A call is not sent after all.
    Unsent(CallNumber),
    /// The service throttled a call: no calls are sent for the length of the pause.
    Paused(Api, Pause),
}

impl Entry {
    /// The outcome in this entry, if it is one.
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

/// The entries waiting to be written, and the number of outcomes among them and in progress.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// Wakes the writer.
    news: Condvar,
    /// The number of outcomes that were queued and are not written yet.
    outcomes: AtomicUsize,
    fewer: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: Vec<Entry>,
    is_urgent: bool,
    is_closed: bool,
}

/// The entries taken from the queue at once.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// Whether the queue is closed and nothing will follow.
    pub(crate) is_last: bool,
}

impl Queue {
    /// Adds an entry. Never waits.
    pub(crate) fn put(&self, entry: Entry) {
        if matches!(entry, Entry::Outcome(..)) {
            self.outcomes.fetch_add(1, SeqCst);
        }
        let mut waiting = self.waiting.lock();
        let is_news = waiting.entries.is_empty() || entry.is_urgent() && !waiting.is_urgent;
        waiting.is_urgent |= entry.is_urgent();
        waiting.entries.push(entry);
        drop(waiting);
        if is_news {
            self.news.notify_one();
        }
    }

    /// Closes the queue: nothing will follow.
    pub(crate) fn close(&self) {
        self.waiting.lock().is_closed = true;
        self.news.notify_one();
    }

    /// Takes all queued entries. If there are none, waits for at most `at_most`.
    pub(crate) fn take(&self, at_most: Duration) -> Batch {
        let is_idle = |it: &mut Waiting| it.entries.is_empty() && !it.is_closed;
        let mut waiting = self.waiting.lock();
        self.news.wait_while_for(&mut waiting, is_idle, at_most);
        let can_wait = |it: &mut Waiting| {
            !it.entries.is_empty() && !it.is_urgent && !it.is_closed && it.entries.len() < ENOUGH
        };
        self.news.wait_while_for(&mut waiting, can_wait, MOMENT);
        waiting.is_urgent = false;
        Batch {
            entries: mem::take(&mut waiting.entries),
            is_last: waiting.is_closed,
        }
    }

    /// Marks this many outcomes as written, or as given up.
    pub(crate) fn done(&self, outcomes: usize) {
        self.outcomes.fetch_sub(outcomes, SeqCst);
        self.fewer.notify_waiters();
    }

    /// Waits until there is room for another outcome.
    pub(crate) async fn room(&self) {
        while self.outcomes.load(SeqCst) >= ENOUGH {
            let mut fewer = pin!(self.fewer.notified());
            // From here on no notification is missed.
            fewer.as_mut().enable();
            if self.outcomes.load(SeqCst) >= ENOUGH {
                fewer.await;
            }
        }
    }
}

/// Sends the waiting callers the numbers of their calls. Returns the calls whose callers have
/// stopped waiting: those are not sent.
pub(crate) fn tell(entries: Vec<Entry>, numbers: Vec<CallNumber>) -> Vec<CallNumber> {
    let waiting = entries.into_iter().filter_map(|entry| match entry {
        Entry::Sending { noted, .. } => Some(noted),
        _ => None,
    });
    let told = waiting.zip(numbers);
    told.filter_map(|(noted, number)| noted.send(number).err())
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

    /// Longer than any test takes.
    const EVER: Duration = Duration::from_hours(1);

    fn outcome() -> Entry {
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
        Entry::Outcome(outcome, Requests::default())
    }

    fn sending() -> Entry {
        Entry::Sending {
            api: Api::MissingKbs,
            at: Timestamp::now(),
            noted: oneshot::channel().0,
        }
    }

    /// What the writer takes while another thread does this.
    fn taken_while(act: impl FnOnce(&Queue) + Send + 'static) -> (Arc<Queue>, Batch) {
        let queue = Arc::new(Queue::default());
        let actor = thread::spawn({
            let queue = Arc::clone(&queue);
            move || act(&queue)
        });
        let batch = queue.take(EVER);
        actor.join().unwrap();
        (queue, batch)
    }

    #[test]
    fn what_comes_wakes_the_writer() {
        for entry in [outcome as fn() -> Entry, sending] {
            let (_, batch) = taken_while(move |queue| queue.put(entry()));
            assert_eq!(batch.entries.len(), 1);
            assert!(!batch.is_last);
        }
        let (_, batch) = taken_while(Queue::close);
        assert!(batch.entries.is_empty() && batch.is_last);
    }

    #[test]
    fn what_is_there_is_taken_together() {
        let queue = Queue::default();
        (0..3).for_each(|_| queue.put(outcome()));
        queue.put(sending());
        queue.close();
        let batch = queue.take(EVER);
        assert_eq!((batch.entries.len(), batch.is_last), (4, true));
    }

    #[tokio::test]
    async fn it_fills_and_makes_room() {
        let queue = Queue::default();
        for _ in 0..ENOUGH {
            queue.room().await;
            queue.put(outcome());
        }
        queue.put(sending());
        let mut room = pin!(queue.room());
        assert!(futures::poll!(&mut room).is_pending());
        queue.done(1);
        room.await;
    }
}
