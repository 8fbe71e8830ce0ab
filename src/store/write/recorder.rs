//! The room's ends of the writer's queue: outcomes go in, and calls are noted.

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

use super::{
    queue::{Entry, Queue},
    writer::{Recorded, Signals, Writer},
};
use crate::store::{
    error::{Problem, StoreError},
    handle::Store,
    tables::calls::{Application, Pause},
    write::begin::Begun,
};
use crate::{
    collect::Requests,
    domain::{api::Api, outcome::Outcome},
    quota::{CallNumber, Ledger, StoreFailed},
};

/// Writes what happens in a run, on a thread of its own.
#[derive(Debug)]
pub struct Recorder {
    queue: Closing,
    broken: CancellationToken,
    thread: JoinHandle<Recorded>,
    path: PathBuf,
}

/// Closes the queue when it is dropped: then the thread has nothing more to wait for.
#[derive(Debug)]
struct Closing(Arc<Queue>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Recorder {
    /// Starts the thread that writes this run's outcomes, and calls of this application.
    /// When `hurry` is cancelled, nothing is waited for any more.
    pub fn start(
        store: Store,
        begun: &Begun,
        application: &Application,
        hurry: CancellationToken,
    ) -> Result<Self, StoreError> {
        let queue = Arc::<Queue>::default();
        let broken = CancellationToken::new();
        let path = store.path.clone();
        let signals = Signals {
            broken: broken.clone(),
            hurry,
        };
        // Also when it panics: whoever waits for it must not wait for ever.
        let is_gone = broken.clone().drop_guard();
        let writer = Writer::new(store, begun, application, signals)?;
        let entries = Arc::clone(&queue);
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let _is_gone = is_gone;
                writer.work(&entries)
            })
            .map_err(|_| StoreError::new(&path, Problem::Writer))?;
        Ok(Self {
            queue: Closing(queue),
            broken,
            thread,
            path,
        })
    }

    /// Writes what became of a machine, soon. `requests` is what this process has sent.
    pub fn keep(&self, outcome: Outcome, requests: Requests) {
        keep(&self.queue.0, outcome, requests);
    }

    /// The same for another thread, which must have ended by [`Self::finish`].
    pub fn keeper(&self) -> impl Fn(Outcome, Requests) + Send + 'static {
        let queue = Arc::clone(&self.queue.0);
        move |outcome, requests| keep(&queue, outcome, requests)
    }

    /// Where calls to an API are noted before they are sent.
    pub fn ledger(&self, api: Api) -> Arc<dyn Ledger> {
        Arc::new(Notes {
            api,
            queue: Arc::clone(&self.queue.0),
            broken: self.broken.clone(),
        })
    }

    /// Is cancelled when nothing can be written any more.
    pub fn broken(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// Waits until everything is written, and gives the store back.
    pub fn finish(self) -> Result<Recorded, StoreError> {
        drop(self.queue);
        let recorded = self.thread.join();
        recorded.map_err(|_| StoreError::new(&self.path, Problem::Writer))
    }
}

/// A writer that is gone tells so when the run ends.
fn keep(queue: &Queue, outcome: Outcome, requests: Requests) {
    queue.put(Entry::Outcome(outcome, requests));
}

/// The ledger's end of the queue.
#[derive(Debug)]
struct Notes {
    api: Api,
    queue: Arc<Queue>,
    broken: CancellationToken,
}

#[async_trait]
impl Ledger for Notes {
    async fn sending(&self) -> Result<CallNumber, StoreFailed> {
        let (noted, number) = oneshot::channel();
        self.queue.put(Entry::Sending {
            api: self.api,
            at: Timestamp::now(),
            noted,
        });
        let mut waiting = Waiting {
            number,
            queue: &self.queue,
        };
        // A writer that is gone leaves the question in the queue.
        let number = self.broken.run_until_cancelled(&mut waiting.number).await;
        number.and_then(Result::ok).ok_or(StoreFailed)
    }

    fn answered(&self, call: CallNumber) {
        self.queue.put(Entry::Answered(call, Timestamp::now()));
    }

    async fn room(&self) -> Result<(), StoreFailed> {
        let room = self.broken.run_until_cancelled(self.queue.room());
        room.await.ok_or(StoreFailed)
    }

    fn paused(&self, length: Duration) {
        let at = Timestamp::now();
        self.queue
            .put(Entry::Paused(self.api, Pause { at, length }));
    }
}

/// Waits for a call's number. When that is given up, the call is not sent, and the number
/// may be there all the same.
struct Waiting<'ledger> {
    number: oneshot::Receiver<CallNumber>,
    queue: &'ledger Queue,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // From here on, the writer is told that nobody waits.
        self.number.close();
        if let Ok(number) = self.number.try_recv() {
            self.queue.put(Entry::Unsent(number));
        }
    }
}
