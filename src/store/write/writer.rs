//! The only writer during a run: a thread that commits queued events.

use std::{
    collections::HashSet,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior, params};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::queue::{Event, Queue, send_numbers};
use crate::store::{
    error::StoreError,
    handle::Store,
    read::machines_at_start::MachineNumbers,
    tables::{
        answers::{self, RecordedMachine},
        calls::{self, Application},
        cells::millis,
        learned_limits,
        missing_kbs::Numbers,
        runs::{RunId, RunRecord},
    },
    write::begin::StartedRun,
};
use crate::{
    domain::{machine::MachineId, outcome::Outcome, requests::Requests},
    quota::CallNumber,
};

/// The interval at which committed data is synced to the disk, in case of a power cut. A killed
/// process loses nothing either way.
const SYNC_PERIOD: Duration = Duration::from_secs(1);
/// How long another program may lock the file during a run, unless the run is stopping.
const MAX_LOCK_WAIT: Duration = Duration::from_mins(1);
/// The busy timeout of a single attempt.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// What remains after collection.
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
    /// Cancelled when the run is stopping: the writer no longer waits for locks.
    pub(crate) stop_waiting: CancellationToken,
}

/// The state of the writer thread.
pub(crate) struct Writer {
    store: Store,
    /// The run that outcomes are written to, with the requests of its earlier sessions.
    run: RunRecord,
    application: i64,
    /// The requests of this session.
    requests: Requests,
    machines: MachineNumbers,
    /// Machines whose empty answers say nothing about them.
    silent: HashSet<MachineId>,
    numbers: Numbers,
    /// Calls that were recorded but not sent.
    unsent: Vec<CallNumber>,
    unsaved: Vec<Outcome>,
    failure: Option<StoreError>,
    signals: Signals,
}

impl Writer {
    /// A writer for this run's outcomes and this app registration's calls.
    pub(crate) fn new(
        store: Store,
        started: &StartedRun,
        application: &Application,
        signals: Signals,
    ) -> std::result::Result<Self, StoreError> {
        let application = calls::application(&store.connection, application)
            .and_then(|number| store.connection.busy_timeout(BUSY_TIMEOUT).map(|()| number))
            .map_err(|error| StoreError::sqlite(&store.path, error))?;
        Ok(Self {
            run: started.record.clone(),
            application,
            requests: Requests::default(),
            machines: MachineNumbers::new(&started.machines),
            silent: started.silent.clone(),
            numbers: Numbers::default(),
            unsent: Vec::new(),
            unsaved: Vec::new(),
            failure: None,
            signals,
            store,
        })
    }

    /// Writes until the queue is closed.
    pub(crate) fn work(mut self, queue: &Queue) -> Recorded {
        let mut synced = Instant::now();
        let mut dirty = false;
        loop {
            let batch = queue.take(SYNC_PERIOD);
            dirty |= !batch.events.is_empty();
            queue.written(self.write(batch.events));
            if dirty && synced.elapsed() >= SYNC_PERIOD {
                self.sync();
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
    fn write(&mut self, events: Vec<Event>) -> usize {
        let is_outcome = |event: &&Event| matches!(event, Event::Outcome(..));
        let outcomes = events.iter().filter(is_outcome).count();
        if !events.is_empty() {
            self.try_write(events);
        }
        outcomes
    }

    fn try_write(&mut self, events: Vec<Event>) {
        if self.failure.is_none() {
            match self.commit_with_retries(&events) {
                Ok(numbers) => {
                    self.unsent = send_numbers(events, numbers);
                    return;
                }
                Err(error) => self.fail(error),
            }
        }
        let outcomes = events.into_iter().filter_map(Event::into_outcome);
        self.unsaved.extend(outcomes);
    }

    /// Requests a sync of what is committed.
    fn sync(&self) {
        self.store.shared.syncer(&self.store.path).sync();
    }

    fn fail(&mut self, error: rusqlite::Error) {
        self.failure = Some(StoreError::sqlite(&self.store.path, error));
        self.signals.broken.cancel();
    }

    /// Commits, and waits while another program has locked the file.
    fn commit_with_retries(&mut self, events: &[Event]) -> Result<Vec<CallNumber>> {
        let started = Instant::now();
        let mut has_warned = false;
        loop {
            match self.commit(events) {
                Err(error) if is_busy(&error) && self.can_wait(started) => {
                    if !has_warned {
                        warn!("Another program has locked the store: waiting for it");
                        has_warned = true;
                    }
                }
                done => return done,
            }
        }
    }

    fn can_wait(&self, since: Instant) -> bool {
        since.elapsed() < MAX_LOCK_WAIT && !self.signals.stop_waiting.is_cancelled()
    }

    fn commit(&mut self, events: &[Event]) -> Result<Vec<CallNumber>> {
        let committed = self.try_commit(events);
        if committed.is_err() {
            // Numbers assigned in a failed transaction are invalid.
            self.numbers = Numbers::default();
        }
        committed
    }

    /// Writes all events or none; returns the numbers of the calls among them.
    fn try_commit(&mut self, events: &[Event]) -> Result<Vec<CallNumber>> {
        let shared = Arc::clone(&self.store.shared);
        let _write_lock = shared.write_lock();
        let transaction = self
            .store
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for call in &self.unsent {
            calls::delete(&transaction, *call)?;
        }
        let mut numbers = Vec::new();
        for event in events {
            match event {
                Event::Outcome(outcome, requests) => {
                    let number = match self.machines.of(outcome.machine) {
                        Some(number) => number,
                        None => answers::machine(
                            &transaction,
                            self.run.service_number,
                            outcome.machine,
                        )?,
                    };
                    let machine = RecordedMachine {
                        number,
                        is_silent: self.silent.contains(&outcome.machine),
                    };
                    answers::record(&transaction, &self.run, machine, outcome, &mut self.numbers)?;
                    self.requests = self.requests.max(*requests);
                }
                Event::Sending { api, at, .. } => {
                    numbers.push(calls::record_sending(
                        &transaction,
                        self.application,
                        *api,
                        *at,
                    )?);
                }
                Event::Answered(call, now) => calls::record_answered(&transaction, *call, *now)?,
                Event::Paused(api, pause) => {
                    calls::record_pause(&transaction, self.application, *api, *pause)?;
                }
                Event::Learned(learned, now) => {
                    learned_limits::record(&transaction, self.application, *learned, *now)?;
                }
                Event::Unsent(call) => calls::delete(&transaction, *call)?,
            }
        }
        let requests = self.run.requests.plus(self.requests);
        record_activity(&transaction, self.run.run, requests)?;
        transaction.commit()?;
        Ok(numbers)
    }

    /// Tries once more to write the remaining outcomes: there may be space by now.
    fn end(mut self) -> Recorded {
        let unsaved = mem::take(&mut self.unsaved);
        let events: Vec<Event> = unsaved
            .into_iter()
            .map(|outcome| Event::Outcome(outcome, self.requests))
            .collect();
        let has_unwritten = !events.is_empty() || !self.unsent.is_empty();
        // If this fails, it is for the same reason as before, or only unsent calls remain, which
        // then count a little longer.
        if has_unwritten && self.commit(&events).is_err() {
            self.unsaved = events.into_iter().filter_map(Event::into_outcome).collect();
        }
        self.sync();
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
fn record_activity(connection: &Connection, run: RunId, requests: Requests) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE run SET active_at_ms = ?2, sent = ?3, retried = ?4, throttled = ?5
             WHERE id = ?1",
        )?
        .execute(params![
            run.0,
            millis(Timestamp::now()),
            requests.sent,
            requests.retried,
            requests.throttled
        ])?;
    Ok(())
}
