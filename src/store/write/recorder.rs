//! The run's side of the writer's queue: queues outcomes, and records calls.

use std::{
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::{
    queue::{Event, Queue},
    writer::{Recorded, Signals, Writer},
};
use crate::store::{
    error::{Problem, StoreError},
    handle::Store,
    tables::{
        calls::{Application, Pause},
        learned_limits::LearnedLimit,
    },
    write::begin::StartedRun,
};
use crate::{
    domain::{api::Api, outcome::Outcome, requests::Requests},
    quota::{CallNumber, Ledger, RateLimit, StoreFailed},
};

/// Writes the events of a run on a separate thread.
#[derive(Debug)]
pub struct Recorder {
    queue: CloseOnDrop,
    broken: CancellationToken,
    thread: JoinHandle<Recorded>,
    path: PathBuf,
}

/// Closes the queue on drop, so that the thread can end.
#[derive(Debug)]
struct CloseOnDrop(Arc<Queue>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Recorder {
    /// Starts the thread that writes this run's outcomes and this app registration's calls. Once
    /// `stop_waiting` is cancelled, it no longer waits for locks.
    pub fn start(
        store: Store,
        started: &StartedRun,
        application: &Application,
        stop_waiting: CancellationToken,
    ) -> Result<Self, StoreError> {
        let queue = Arc::<Queue>::default();
        let broken = CancellationToken::new();
        let path = store.path.clone();
        let signals = Signals {
            broken: broken.clone(),
            stop_waiting,
        };
        // Cancelled even if the thread panics, so that no caller waits for ever.
        let cancel_on_exit = broken.clone().drop_guard();
        let writer = Writer::new(store, started, application, signals)?;
        let pending = Arc::clone(&queue);
        let span = Span::current();
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let _span = span.entered();
                let _is_gone = cancel_on_exit;
                writer.work(&pending)
            })
            .map_err(|_| StoreError::new(&path, Problem::Writer))?;
        Ok(Self {
            queue: CloseOnDrop(queue),
            broken,
            thread,
            path,
        })
    }

    /// Queues a machine's outcome to be written soon. `requests` counts those that this process has sent.
    pub fn record(&self, outcome: Outcome, requests: Requests) {
        record(&self.queue.0, outcome, requests);
    }

    /// A function that does the same on another thread, which must have ended before [`Self::finish`].
    pub fn recording(&self) -> impl Fn(Outcome, Requests) + Send + 'static {
        let queue = Arc::clone(&self.queue.0);
        move |outcome, requests| record(&queue, outcome, requests)
    }

    /// The ledger that records calls to an API before they are sent.
    pub fn ledger(&self, api: Api) -> Arc<dyn Ledger> {
        Arc::new(QueueLedger {
            api,
            queue: Arc::clone(&self.queue.0),
            broken: self.broken.clone(),
        })
    }

    /// A token that is cancelled when nothing can be written any more.
    pub fn broken(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// Waits until everything is written, and returns the store.
    pub fn finish(self) -> Result<Recorded, StoreError> {
        drop(self.queue);
        let recorded = self.thread.join();
        recorded.map_err(|_| StoreError::new(&self.path, Problem::Writer))
    }
}

/// Queues an outcome. If the writer has died, this is reported when the run ends.
fn record(queue: &Queue, outcome: Outcome, requests: Requests) {
    queue.push(Event::Outcome(outcome, requests));
}

/// The ledger that records calls through the queue.
#[derive(Debug)]
struct QueueLedger {
    api: Api,
    queue: Arc<Queue>,
    broken: CancellationToken,
}

#[async_trait]
impl Ledger for QueueLedger {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        let (reply_to, number) = oneshot::channel();
        self.queue.push(Event::Sending {
            api: self.api,
            at: Timestamp::now(),
            reply_to,
        });
        let mut registration = CallRegistration {
            number,
            queue: &self.queue,
        };
        // If the writer has died, the event stays in the queue.
        let number = self
            .broken
            .run_until_cancelled(&mut registration.number)
            .await;
        number.and_then(Result::ok).ok_or(StoreFailed)
    }

    fn answered(&self, call: CallNumber) {
        self.queue.push(Event::Answered(call, Timestamp::now()));
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        let room = self.broken.run_until_cancelled(self.queue.room());
        room.await.ok_or(StoreFailed)
    }

    fn paused(&self, length: Duration) {
        let at = Timestamp::now();
        self.queue
            .push(Event::Paused(self.api, Pause { at, length }));
    }

    fn learned(&self, limit: RateLimit) {
        let api = self.api;
        let learned = LearnedLimit { api, limit };
        self.queue.push(Event::Learned(learned, Timestamp::now()));
    }
}

/// Waits for a call's number. If it is dropped before that, the call is not sent, although its number may
/// already have been assigned.
struct CallRegistration<'ledger> {
    number: oneshot::Receiver<CallNumber>,
    queue: &'ledger Queue,
}

impl Drop for CallRegistration<'_> {
    fn drop(&mut self) {
        // From here on, the writer detects that the caller is gone.
        self.number.close();
        if let Ok(number) = self.number.try_recv() {
            self.queue.push(Event::Unsent(number));
        }
    }
}
