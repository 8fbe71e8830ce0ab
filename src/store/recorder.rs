//! The room's ends of the writer's queue: outcomes go in, and calls are noted.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    Application, Begun, Problem, Store, StoreError,
    backlog::Backlog,
    moment::Moment,
    queue::Entry,
    writer::{Recorded, Signals, Writer},
};
use crate::{
    fetch::{
        Requests,
        quota::{CallNumber, Ledger, Unnoted},
    },
    outcome::Outcome,
};

/// Writes what happens in a run, on a thread of its own.
#[derive(Debug)]
pub struct Recorder {
    entries: Sender<Entry>,
    backlog: Arc<Backlog>,
    broken: CancellationToken,
    thread: JoinHandle<Recorded>,
    path: PathBuf,
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
        let (entries, queue) = channel();
        let broken = CancellationToken::new();
        let path = store.path.clone();
        let backlog = Arc::default();
        let signals = Signals {
            broken: broken.clone(),
            backlog: Arc::clone(&backlog),
            hurry,
        };
        // Also when it panics: whoever waits for it must not wait for ever.
        let is_gone = broken.clone().drop_guard();
        let writer = Writer::new(store, begun, application, signals)?;
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let _is_gone = is_gone;
                writer.work(&queue)
            })
            .map_err(|_| StoreError::new(&path, Problem::Writer))?;
        Ok(Self {
            entries,
            backlog,
            broken,
            thread,
            path,
        })
    }

    /// Writes what became of a machine, soon. `requests` is what this process has sent.
    pub fn keep(&self, outcome: Outcome, requests: Requests) {
        self.backlog.more();
        // A writer that is gone tells so when the run ends.
        let _ = self.entries.send(Entry::Outcome(outcome, requests));
    }

    /// Where calls are noted before they are sent.
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(Notes {
            entries: self.entries.clone(),
            backlog: Arc::clone(&self.backlog),
            broken: self.broken.clone(),
        })
    }

    /// Is cancelled when nothing can be written any more.
    pub fn broken(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// Waits until everything is written, and gives the store back.
    pub fn finish(self) -> Result<Recorded, StoreError> {
        let _ = self.entries.send(Entry::End);
        let recorded = self.thread.join();
        recorded.map_err(|_| StoreError::new(&self.path, Problem::Writer))
    }
}

/// The ledger's end of the queue.
#[derive(Debug)]
struct Notes {
    entries: Sender<Entry>,
    backlog: Arc<Backlog>,
    broken: CancellationToken,
}

#[async_trait]
impl Ledger for Notes {
    async fn sending(&self) -> Result<CallNumber, Unnoted> {
        let (noted, number) = oneshot::channel();
        let entry = Entry::Sending(Moment::now(), noted);
        self.entries.send(entry).map_err(|_| Unnoted)?;
        let mut waiting = Waiting {
            number,
            entries: &self.entries,
        };
        (&mut waiting.number).await.map_err(|_| Unnoted)
    }

    fn answered(&self, call: CallNumber) {
        let entry = Entry::Answered(call, Moment::now());
        let _ = self.entries.send(entry);
    }

    async fn room(&self) -> Result<(), Unnoted> {
        let room = self.broken.run_until_cancelled(self.backlog.room());
        room.await.ok_or(Unnoted)
    }

    fn paused(&self, length: Duration) {
        let _ = self.entries.send(Entry::Paused(Moment::now(), length));
    }
}

/// Waits for a call's number. When that is given up, the call is not sent, and the number
/// may be there all the same.
struct Waiting<'ledger> {
    number: oneshot::Receiver<CallNumber>,
    entries: &'ledger Sender<Entry>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // From here on, the writer is told that nobody waits.
        self.number.close();
        if let Ok(number) = self.number.try_recv() {
            let _ = self.entries.send(Entry::Unsent(number));
        }
    }
}
