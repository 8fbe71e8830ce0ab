//! The only writer during a run: a thread that commits whatever is queued.

use std::{
    mem,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior, params};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{
    queue::{Entry, Queue, tell},
    syncer::Syncer,
};
use crate::store::{
    error::StoreError,
    handle::Store,
    read::machine_status::MachineNumbers,
    tables::{
        answers::{self, At},
        calls::{self, Application},
        cells::millis,
        missing_kbs::Numbers,
    },
    write::begin::Begun,
};
use crate::{collect::Requests, domain::outcome::Outcome, quota::CallNumber};

/// The interval at which committed data is synced to the disk, in case of a power cut. A killed
/// process loses nothing either way.
const SYNC_PERIOD: Duration = Duration::from_secs(1);
/// How long another program may lock the file during a run, unless the run is told to stop.
const PATIENCE: Duration = Duration::from_mins(1);
/// The busy timeout of a single attempt.
const PATIENCE_AT_ONCE: Duration = Duration::from_secs(1);

/// What remains when collecting is over.
#[derive(Debug)]
pub struct Recorded {
    /// The store.
    pub store: Store,
    /// Outcomes that could not be written.
    pub unsaved: Vec<Outcome>,
    /// Why they could not be written.
    pub failure: Option<StoreError>,
}

/// The signals between the writer and the rest of the run.
pub(crate) struct Signals {
    /// Cancelled by the writer when nothing can be written any more.
    pub(crate) broken: CancellationToken,
    /// Cancelled when the run is told to stop: the writer no longer waits for locks.
    pub(crate) hurry: CancellationToken,
}

/// The state of the writer thread.
pub(crate) struct Writer {
    store: Store,
    at: At,
    application: i64,
    /// The requests of the run's earlier sessions.
    before: Requests,
    /// The requests of this session.
    requests: Requests,
    machines: MachineNumbers,
    numbers: Numbers,
    /// Calls that were recorded but not sent.
    unsent: Vec<CallNumber>,
    unsaved: Vec<Outcome>,
    failure: Option<StoreError>,
    signals: Signals,
    syncer: Syncer,
}

impl Writer {
    /// A writer for this run's outcomes and this app registration's calls.
    pub(crate) fn new(
        store: Store,
        begun: &Begun,
        application: &Application,
        signals: Signals,
    ) -> std::result::Result<Self, StoreError> {
        let application = calls::application(&store.connection, application)
            .and_then(|number| {
                store
                    .connection
                    .busy_timeout(PATIENCE_AT_ONCE)
                    .map(|()| number)
            })
            .map_err(|error| StoreError::sqlite(&store.path, error))?;
        Ok(Self {
            at: At {
                service: begun.record.service_number,
                run: begun.record.run,
                session: begun.record.session,
            },
            application,
            before: begun.record.requests,
            requests: Requests::default(),
            machines: MachineNumbers::new(&begun.machines),
            numbers: Numbers::default(),
            unsent: Vec::new(),
            unsaved: Vec::new(),
            failure: None,
            signals,
            syncer: Syncer::start(&store.path),
            store,
        })
    }

    /// Writes until the queue is closed.
    pub(crate) fn work(mut self, queue: &Queue) -> Recorded {
        let mut synced = Instant::now();
        let mut dirty = false;
        loop {
            let batch = queue.take(SYNC_PERIOD);
            dirty |= !batch.entries.is_empty();
            queue.done(self.write(batch.entries));
            if dirty && synced.elapsed() >= SYNC_PERIOD {
                self.syncer.sync();
                (synced, dirty) = (Instant::now(), false);
            }
            if batch.is_last {
                break;
            }
        }
        self.end()
    }

    /// Commits a batch, and returns the number of outcomes in it. After a failure, outcomes are
    /// only kept in memory: the run is about to stop.
    fn write(&mut self, entries: Vec<Entry>) -> usize {
        let is_outcome = |entry: &&Entry| matches!(entry, Entry::Outcome(..));
        let outcomes = entries.iter().filter(is_outcome).count();
        if !entries.is_empty() {
            self.try_write(entries);
        }
        outcomes
    }

    fn try_write(&mut self, entries: Vec<Entry>) {
        if self.failure.is_none() {
            match self.commit_patiently(&entries) {
                Ok(numbers) => {
                    self.unsent = tell(entries, numbers);
                    return;
                }
                Err(error) => self.fail(error),
            }
        }
        let outcomes = entries.into_iter().filter_map(Entry::into_outcome);
        self.unsaved.extend(outcomes);
    }

    fn fail(&mut self, error: rusqlite::Error) {
        self.failure = Some(StoreError::sqlite(&self.store.path, error));
        self.signals.broken.cancel();
    }

    /// Commits, and waits while another program has locked the file.
    fn commit_patiently(&mut self, entries: &[Entry]) -> Result<Vec<CallNumber>> {
        let began = Instant::now();
        let mut is_told = false;
        loop {
            match self.commit(entries) {
                Err(error) if is_busy(&error) && self.can_wait(began) => {
                    if !is_told {
                        warn!("another program holds the store: waiting until it lets go");
                        is_told = true;
                    }
                }
                done => return done,
            }
        }
    }

    fn can_wait(&self, since: Instant) -> bool {
        since.elapsed() < PATIENCE && !self.signals.hurry.is_cancelled()
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<Vec<CallNumber>> {
        let committed = self.try_commit(entries);
        if committed.is_err() {
            // Numbers assigned in a failed transaction are invalid.
            self.numbers = Numbers::default();
        }
        committed
    }

    /// Writes all entries or none; returns the numbers of the calls among them.
    fn try_commit(&mut self, entries: &[Entry]) -> Result<Vec<CallNumber>> {
        let transaction = self
            .store
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for call in &self.unsent {
            calls::forget(&transaction, call.0)?;
        }
        let mut numbers = Vec::new();
        for entry in entries {
            match entry {
                Entry::Outcome(outcome, requests) => {
                    let machine = match self.machines.of(outcome.machine) {
                        Some(number) => number,
                        None => answers::machine(&transaction, self.at.service, outcome.machine)?,
                    };
                    answers::put(&transaction, self.at, machine, outcome, &mut self.numbers)?;
                    self.requests = self.requests.max(*requests);
                }
                Entry::Sending { api, at, .. } => {
                    let number = calls::sending(&transaction, self.application, *api, *at)?;
                    numbers.push(CallNumber(number));
                }
                Entry::Answered(call, now) => calls::answered(&transaction, call.0, *now)?,
                Entry::Paused(api, pause) => {
                    calls::paused(&transaction, self.application, *api, *pause)?;
                }
                Entry::Unsent(call) => calls::forget(&transaction, call.0)?,
            }
        }
        sign_of_life(&transaction, self.at, self.before.plus(self.requests))?;
        transaction.commit()?;
        Ok(numbers)
    }

    /// Tries once more to write what could not be written: there may be room by now.
    fn end(mut self) -> Recorded {
        let unsaved = mem::take(&mut self.unsaved);
        let entries: Vec<Entry> = unsaved
            .into_iter()
            .map(|outcome| Entry::Outcome(outcome, self.requests))
            .collect();
        let is_left = !entries.is_empty() || !self.unsent.is_empty();
        // If this fails, it is for the same reason as before, or only unsent calls remain, which
        // then count a little longer.
        if is_left && self.commit(&entries).is_err() {
            self.unsaved = entries
                .into_iter()
                .filter_map(Entry::into_outcome)
                .collect();
        }
        self.syncer.finish();
        Recorded {
            store: self.store,
            unsaved: self.unsaved,
            failure: self.failure,
        }
    }
}

/// Whether another program has locked the file.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Records that the run is active, and the number of requests that it has sent.
fn sign_of_life(connection: &Connection, at: At, requests: Requests) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE run SET active_at_ms = ?2, sent = ?3, retried = ?4, throttled = ?5
             WHERE id = ?1",
        )?
        .execute(params![
            at.run.0,
            millis(Timestamp::now()),
            requests.sent,
            requests.retried,
            requests.throttled
        ])?;
    Ok(())
}
