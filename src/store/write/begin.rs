//! The beginning of a run: a new one, or one that ended early and is gone on with.

use std::{ops::RangeInclusive, path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

use super::cache::with_large_cache;
use crate::inventory::Inventory;
use crate::store::{
    Store,
    error::StoreError,
    file::lock::Lock,
    millis,
    read::machine_status::Standing,
    tables::{
        calls::{self, Application},
        fingerprint::fleet,
        inventories,
        runs::{RECORDS, RunId, RunRecord, Service, record},
    },
    write::taken_over::{self, Waited},
};

/// Which answers are not asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Those of the same fleet's last run, if it ended early and not longer ago than this.
    EndedEarly(Duration),
    /// All that are not older than this, whichever run asked.
    Answers(Duration),
    /// None.
    Nothing,
}

/// What a run is begun with.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'run> {
    /// Whom it asks.
    pub service: &'run Service,
    /// Who asks.
    pub application: &'run Application,
    /// For which machines.
    pub inventory: &'run Inventory,
    /// What it need not ask.
    pub reuse: Reuse,
    /// What it waited for before: what that run was told is not asked for again either.
    pub waited: Option<Waited>,
    /// When it begins.
    pub now: Timestamp,
}

/// A run that has begun.
#[derive(Debug)]
pub struct Begun {
    /// What is written of it so far; its requests are those of earlier sessions.
    pub record: RunRecord,
    /// Its machines, in the order of the list.
    pub machines: Vec<Standing>,
}

impl Store {
    /// Begins a run, or goes on with one that ended early. From here on it is in the store,
    /// whatever happens.
    pub fn begin(&mut self, beginning: &Beginning<'_>) -> Result<Begun, StoreError> {
        let started = self.start(beginning);
        let run = started.map_err(|error| StoreError::sqlite(&self.path, error))?;
        Ok(Begun {
            record: self.run(run)?,
            machines: self.standing(run, beginning.inventory.machines.len())?,
        })
    }

    fn start(&mut self, beginning: &Beginning<'_>) -> Result<RunId> {
        let path = &self.path;
        with_large_cache(&mut self.connection, |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let begun = start(&transaction, path, beginning)?;
            transaction.commit()?;
            Ok(begun)
        })
    }

    /// The last run for the same machines, whatever became of it.
    pub fn run_of_fleet(
        &self,
        service: i64,
        inventory: &Inventory,
    ) -> Result<Option<RunRecord>, StoreError> {
        run_of_fleet(&self.connection, service, &fleet(inventory))
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }
}

fn start(connection: &Connection, path: &Path, beginning: &Beginning<'_>) -> Result<RunId> {
    let service = service(connection, beginning.service)?;
    let inventory = inventories::enter(connection, service, beginning.inventory)?;
    let row = RunRow {
        service,
        inventory,
        application: calls::application(connection, beginning.application)?,
        fleet: fleet(beginning.inventory),
        now: millis(beginning.now),
    };
    let run = match left_to_go_on(connection, path, service, &row.fleet, beginning)? {
        Some(left) => go_on(connection, left, &row)?,
        None => enter(connection, &row)?,
    };
    if let Reuse::Answers(longest) = beginning.reuse {
        reuse(connection, run, young(beginning, longest))?;
    }
    taken_over::take_over(connection, run, row.application, beginning)?;
    Ok(run)
}

/// The number of a service, which is entered if it is new.
fn service(connection: &Connection, service: &Service) -> Result<i64> {
    connection.query_row(
        "INSERT INTO service (tenant_id, api_url) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET api_url = excluded.api_url
         RETURNING id",
        [&service.tenant_id, &service.api_url],
        |row| row.get(0),
    )
}

/// What is entered of a run.
struct RunRow {
    service: i64,
    inventory: i64,
    application: i64,
    fleet: Vec<u8>,
    now: i64,
}

/// The run that can be gone on with: the fleet's last one, if it ended early and nobody works on it.
pub(crate) fn left_to_go_on(
    connection: &Connection,
    path: &Path,
    service: i64,
    fleet: &[u8],
    beginning: &Beginning<'_>,
) -> Result<Option<RunId>> {
    let last = run_of_fleet(connection, service, fleet)?;
    let Some(last) = last.filter(|last| can_go_on(last, beginning)) else {
        return Ok(None);
    };
    let owner = calls::application_of(connection, last.run.0)?;
    Ok(is_left(path, &owner, beginning.application).then_some(last.run))
}

fn run_of_fleet(connection: &Connection, service: i64, fleet: &[u8]) -> Result<Option<RunRecord>> {
    let last =
        format!("{RECORDS} WHERE run.service = ?1 AND run.fleet = ?2 ORDER BY run.id DESC LIMIT 1");
    connection
        .query_row(&last, params![service, fleet], record)
        .optional()
}

/// Whether a run ended early, and is recent enough to go on with.
fn can_go_on(last: &RunRecord, beginning: &Beginning<'_>) -> bool {
    match beginning.reuse {
        Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
            last.ended_early() && is_within(last.active_at, beginning.now, longest)
        }
        Reuse::Nothing => false,
    }
}

/// Whether nobody works on a run any more. What this process's own app registration works
/// on is this process's.
fn is_left(path: &Path, owner: &Application, own: &Application) -> bool {
    owner == own || !Lock::is_held(path, owner)
}

/// Whether a time is this close to now. A clock that was set back makes times of the
/// future: they are as far from now as they would be in the past.
fn is_within(then: Timestamp, now: Timestamp, longest: Duration) -> bool {
    now.duration_since(then).unsigned_abs() <= longest
}

/// Enters a new run.
fn enter(connection: &Connection, row: &RunRow) -> Result<RunId> {
    let mut enter = connection.prepare_cached(
        "INSERT INTO run (service, inventory, application, fleet, started_at_ms, active_at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?;
    let RunRow {
        service,
        inventory,
        application,
        fleet,
        now,
    } = row;
    let run = enter.insert(params![service, inventory, application, fleet, now])?;
    Ok(RunId(run))
}

/// After that, a machine that the service did not know is asked for from the beginning.
const LONG_AGO_MS: i64 = 12 * 60 * 60 * 1000;

/// Goes on with a run. What was not asked for is to be asked for now.
fn go_on(connection: &Connection, run: RunId, row: &RunRow) -> Result<RunId> {
    connection.execute(
        "DELETE FROM run_machine
         WHERE run = ?1 AND (origin = 'kept' OR reason = 'pending' OR reason = 'notFound'
             AND abs((SELECT active_at_ms FROM run WHERE id = ?1) - ?2) > ?3)",
        params![run.0, row.now, LONG_AGO_MS],
    )?;
    connection.execute(
        "UPDATE run SET session = session + 1, inventory = ?2, application = ?3,
             active_at_ms = ?4, finished_at_ms = NULL, ending = NULL, outcome = NULL,
             with_gaps = NULL, kbs = NULL, gaps = NULL, exposure = NULL
         WHERE id = ?1",
        params![run.0, row.inventory, row.application, row.now],
    )?;
    Ok(run)
}

/// The times of answers that are young enough. Those of a run that was waited for were so when this one
/// was started: it is not to blame for the waiting.
pub(crate) fn young(beginning: &Beginning<'_>, longest: Duration) -> RangeInclusive<i64> {
    let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
    let now = millis(beginning.now);
    let since = beginning
        .waited
        .map_or(now, |waited| millis(waited.since).min(now));
    since.saturating_sub(longest)..=now.saturating_add(longest)
}

/// Takes in the last answer of each machine that is young enough, where the run has none, and lets go
/// of the run's own answers that are not.
fn reuse(connection: &Connection, run: RunId, times: RangeInclusive<i64>) -> Result<()> {
    let times = params![run.0, times.start(), times.end()];
    connection.execute(
        "DELETE FROM run_machine
         WHERE run = ?1 AND answer IN (
             SELECT id FROM answer
             WHERE id = run_machine.answer AND as_of_ms NOT BETWEEN ?2 AND ?3)",
        times,
    )?;
    connection.execute(
        "INSERT INTO run_machine (run, machine, origin, answer, attempts, times_unknown)
         SELECT run.id, machine.id, 'reused', answer.id, 0, 0
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN machine ON machine.id = inventory_machine.machine
         JOIN answer ON answer.id = machine.last_answer
         WHERE run.id = ?1 AND answer.as_of_ms BETWEEN ?2 AND ?3
         ON CONFLICT (run, machine) DO UPDATE
             SET origin = excluded.origin, answer = excluded.answer, reason = NULL,
                 http_status = NULL, code = NULL, message = NULL, correlation_id = NULL
             WHERE run_machine.answer IS NULL",
        times,
    )?;
    Ok(())
}
