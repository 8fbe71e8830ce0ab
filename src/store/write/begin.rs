//! Begins a run: a new one, or one that ended early and is resumed.

use std::{collections::HashSet, ops::RangeInclusive, path::Path};

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::{
    params::{Reuse, RunParams},
    take_over,
};
use crate::{
    domain::machine::MachineId,
    store::{
        file::lock::Lock,
        read::machines_at_start::{self, MachineAtStart},
        tables::{
            calls::{self, Application},
            cells::millis,
            censuses, cross_checks,
            fingerprint::fleet,
            inventories, list_checks,
            runs::{self, RunId, RunRecord, Service},
            selections,
        },
    },
};

/// The page cache while a list is inserted, in KiB. Ids arrive in random order, so writes are spread over the
/// whole index, and each page evicted from the cache is written one extra time.
const LARGE_CACHE_KIB: i64 = 16 * 1024;

/// Runs `work` with a large page cache, and releases its memory afterwards.
pub(crate) fn with_large_cache<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    connection.pragma_update(None, "cache_size", -LARGE_CACHE_KIB)?;
    let done = work(connection);
    connection.pragma_update(None, "cache_size", usual)?;
    done
}

/// A run that has begun.
#[derive(Debug)]
pub struct StartedRun {
    /// Its record so far; the requests are those of earlier sessions.
    pub record: RunRecord,
    /// Its machines, in the order of the list.
    pub machines: Vec<MachineAtStart>,
    /// Machines that had been silent for so long that an empty answer says nothing about them.
    pub silent: HashSet<MachineId>,
}

/// Begins a run, or resumes one that ended early. From here on it is in the store, however it ends.
pub(crate) fn begin(
    connection: &mut Connection,
    path: &Path,
    params: &RunParams<'_>,
) -> Result<StartedRun> {
    let run = with_large_cache(connection, |connection| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let started = start(&transaction, path, params)?;
        transaction.commit()?;
        Ok(started)
    })?;
    Ok(StartedRun {
        record: runs::run(connection, run)?,
        machines: machines_at_start::read(connection, run, params.inventory.machines.len())?,
        silent: params.inventory.silent(params.now),
    })
}

fn start(connection: &Connection, path: &Path, params: &RunParams<'_>) -> Result<RunId> {
    let service = service(connection, params.service)?;
    let inventory = inventories::insert(connection, service, params.inventory)?;
    let row = RunRow {
        service,
        inventory,
        application: calls::application(connection, params.application)?,
        fleet: fleet(params.inventory),
        now: millis(params.now),
    };
    let run = match resumable_run(connection, path, service, &row.fleet, params)? {
        Some(resumable) => {
            forget_comparisons(connection, resumable)?;
            resume(connection, resumable, &row)?
        }
        None => insert_run(connection, &row)?,
    };
    if let Reuse::Answers(longest) = params.reuse {
        reuse(connection, run, params.recent(longest))?;
    }
    take_over::take_over(connection, run, row.application, params)?;
    Ok(run)
}

/// The number of a service, which is inserted if it is new.
fn service(connection: &Connection, service: &Service) -> Result<i64> {
    connection.query_row(
        "INSERT INTO service (tenant_id, api_url) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET api_url = excluded.api_url
         RETURNING id",
        [&service.tenant_id, &service.api_url],
        |row| row.get(0),
    )
}

/// The columns of a run.
struct RunRow {
    service: i64,
    inventory: i64,
    application: i64,
    fleet: Vec<u8>,
    now: i64,
}

/// The run that can be resumed: the fleet's last one, if it ended early and no process is working
/// on it.
pub(crate) fn resumable_run(
    connection: &Connection,
    path: &Path,
    service: i64,
    fleet: &[u8],
    params: &RunParams<'_>,
) -> Result<Option<RunId>> {
    let last = runs::of_fleet(connection, service, fleet)?;
    let Some(last) = last.filter(|last| params.can_resume(last)) else {
        return Ok(None);
    };
    let owner = calls::application_of(connection, last.run.0)?;
    Ok(is_abandoned(path, &owner, params.application).then_some(last.run))
}

/// Whether no process is working on a run any more. The lock of this process's own app registration is held
/// by this process itself.
fn is_abandoned(path: &Path, owner: &Application, own: &Application) -> bool {
    owner == own || !Lock::is_held(path, owner)
}

/// Inserts a new run.
fn insert_run(connection: &Connection, row: &RunRow) -> Result<RunId> {
    let mut insert = connection.prepare_cached(
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
    let run = insert.insert(params![service, inventory, application, fleet, now])?;
    Ok(RunId(run))
}

/// After this time, the attempts for a machine that the service did not know start again.
const FORGET_UNKNOWN_AFTER_MS: i64 = 12 * 60 * 60 * 1000;

/// Resumes a run. Machines that were not requested become due again, whatever was inferred for them.
fn resume(connection: &Connection, run: RunId, row: &RunRow) -> Result<RunId> {
    connection.execute(
        "DELETE FROM run_machine
         WHERE run = ?1 AND (origin = 'kept' OR reason = 'pending' OR reason = 'notFound'
             AND abs((SELECT active_at_ms FROM run WHERE id = ?1) - ?2) > ?3
             OR answer IN (SELECT id FROM answer WHERE run = ?1 AND source = 'inferred'))",
        params![run.0, row.now, FORGET_UNKNOWN_AFTER_MS],
    )?;
    connection.execute(
        "UPDATE run SET session = session + 1, inventory = ?2, application = ?3,
             active_at_ms = ?4, finished_at_ms = NULL, ending = NULL, outcome = NULL,
             with_gaps = NULL, clean = NULL, kbs = NULL, gaps = NULL, exposure = NULL, exploited = NULL,
             unsupported = NULL
         WHERE id = ?1",
        params![run.0, row.inventory, row.application, row.now],
    )?;
    Ok(run)
}

/// Deletes what an earlier session selected and compared: this one may do so with another source, or not at all.
fn forget_comparisons(connection: &Connection, run: RunId) -> Result<()> {
    list_checks::delete(connection, run)?;
    selections::set(connection, run, None)?;
    censuses::set(connection, run, None)?;
    cross_checks::set(connection, run, None)
}

/// Adopts the last answer of each machine that has no answer in the run, if it is recent enough,
/// and drops the run's own answers that are too old.
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
