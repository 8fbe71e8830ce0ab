//! Ends a run, and deletes data that is no longer needed.

use jiff::Timestamp;
use rusqlite::{Connection, Result, TransactionBehavior, params};

use crate::{
    domain::{
        ending::{EndingWord, RunOutcome},
        machine::MachineId,
    },
    store::tables::{
        calls,
        cells::millis,
        runs::{MAX_INACTIVITY_MS, RunId, RunRecord},
    },
};

/// Uses the last answer, however old, for each machine of the run that was not requested.
pub(crate) fn keep_last(connection: &Connection, run: RunId) -> Result<()> {
    connection.execute(
        "INSERT INTO run_machine (run, machine, origin, answer, attempts, times_unknown)
         SELECT run.id, machine.id, 'kept', machine.last_answer, 0, 0
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN machine ON machine.id = inventory_machine.machine
         WHERE run.id = ?1 AND machine.last_answer IS NOT NULL
         ON CONFLICT (run, machine) DO UPDATE
             SET origin = excluded.origin, answer = excluded.answer, reason = NULL,
                 http_status = NULL, code = NULL, message = NULL, correlation_id = NULL
             WHERE reason = 'pending'",
        [run.0],
    )?;
    Ok(())
}

/// Uses the last answer for these machines of a run.
pub(crate) fn keep_answers(
    connection: &mut Connection,
    run: RunId,
    service: i64,
    machines: impl IntoIterator<Item = MachineId>,
) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut keep = transaction.prepare(
        "INSERT INTO run_machine (run, machine, origin, answer, attempts, times_unknown)
         SELECT ?1, id, 'kept', last_answer, 0, 0
         FROM machine
         WHERE service = ?2 AND machine_id = ?3 AND last_answer IS NOT NULL
         ON CONFLICT (run, machine) DO UPDATE
             SET origin = excluded.origin, answer = excluded.answer, reason = NULL,
                 http_status = NULL, code = NULL, message = NULL, correlation_id = NULL
             WHERE reason = 'pending'",
    )?;
    for machine in machines {
        keep.execute(params![run.0, service, machine.encode(&mut [0; 40])])?;
    }
    drop(keep);
    transaction.commit()
}

/// Records how a run ended.
pub(crate) fn finish(connection: &Connection, run: &RunRecord) -> Result<()> {
    let RunRecord {
        tally, requests, ..
    } = run;
    let figures = run.figures.unwrap_or_default();
    connection.execute(
        "UPDATE run SET ending = ?2, outcome = ?3, finished_at_ms = ?4, active_at_ms = ?4,
             answered = ?5, reused = ?6, not_found = ?7, failed = ?8, pending = ?9,
             sent = ?10, retried = ?11, throttled = ?12,
             with_gaps = ?13, clean = ?14, kbs = ?15, gaps = ?16, exposure = ?17,
             unsupported = ?18, exploited = ?19
         WHERE id = ?1",
        params![
            run.run.0,
            run.ended.map(EndingWord::as_str),
            run.outcome.map(RunOutcome::as_str),
            millis(run.last_sign_of_life()),
            tally.answered,
            tally.reused,
            tally.not_found,
            tally.failed,
            tally.pending,
            requests.sent,
            requests.retried,
            requests.throttled,
            figures.with_gaps,
            figures.clean,
            figures.kbs,
            figures.gaps,
            // A value beyond SQLite's signed range becomes negative, and is converted back when
            // read.
            figures.exposure.cast_signed(),
            figures.unsupported,
            figures.exploited,
        ],
    )?;
    Ok(())
}

/// The number of runs of a service to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// A run of the service, which is always kept.
    pub run: RunId,
    /// The number of runs to keep, the latest first.
    pub keep: u32,
}

/// Deletes all but the latest runs of the service of each of these runs, and then the data that no other run
/// needs. This scans all tables, so it runs once for all services.
pub(crate) fn prune(connection: &mut Connection, own: &[Retention], now: Timestamp) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    calls::prune_abandoned(&transaction, now)?;
    let forgotten = own.iter().map(|own| forget(&transaction, *own, now));
    if forgotten.sum::<Result<usize>>()? > 0 {
        transaction.execute_batch(DELETE_UNNEEDED)?;
    }
    transaction.commit()
}

/// Deletes all but the latest runs of a service, and returns how many it deleted.
fn forget(connection: &Connection, own: Retention, now: Timestamp) -> Result<usize> {
    connection.execute(
        "DELETE FROM run WHERE id IN (
             SELECT id FROM run
             WHERE service = (SELECT service FROM run WHERE id = ?1)
             ORDER BY id = ?1 DESC, active_at_ms DESC, id DESC LIMIT -1 OFFSET ?2)
         AND (ending IS NOT NULL OR abs(active_at_ms - ?3) > ?4)",
        params![own.run.0, own.keep, millis(now), MAX_INACTIVITY_MS],
    )
}

/// Deletes data that no run needs any more. A machine's last answer, and the last one with current data, are
/// kept as long as a list contains the machine.
pub(super) const DELETE_UNNEEDED: &str = "
    DELETE FROM run_machine WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_release WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_kb WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_census WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_cross_check WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_bulk WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_selection WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM run_software WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM machine_software WHERE run NOT IN (SELECT run FROM run_software);
    DELETE FROM list_check WHERE run NOT IN (SELECT id FROM run);
    DELETE FROM inventory
    WHERE id NOT IN (SELECT inventory FROM run)
        AND id NOT IN (SELECT inventory FROM list_check WHERE inventory IS NOT NULL);
    DELETE FROM inventory_machine WHERE inventory NOT IN (SELECT id FROM inventory);
    DELETE FROM inventory_skipped WHERE inventory NOT IN (SELECT id FROM inventory);
    DELETE FROM machine
    WHERE id NOT IN (SELECT machine FROM inventory_machine)
        AND id NOT IN (SELECT machine FROM run_machine);
    DELETE FROM answer
    WHERE machine NOT IN (SELECT id FROM machine)
        OR (id NOT IN (SELECT answer FROM run_machine WHERE answer IS NOT NULL)
            AND id NOT IN (SELECT last_answer FROM machine WHERE last_answer IS NOT NULL)
            AND id NOT IN (SELECT last_known FROM machine WHERE last_known IS NOT NULL));
    DELETE FROM software_set
    WHERE id NOT IN (SELECT software_set FROM machine_software)
        AND id NOT IN (SELECT software_set FROM answer WHERE software_set IS NOT NULL);
    DELETE FROM software_version
    WHERE id NOT IN (SELECT value FROM software_set JOIN json_each(software_set.versions));
    DELETE FROM missing_kb WHERE last_run < (SELECT min(run) FROM answer);
    DELETE FROM cve_set
    WHERE id NOT IN (SELECT cve_set FROM missing_kb WHERE cve_set IS NOT NULL);
    DELETE FROM cve
    WHERE cve_id NOT IN (SELECT value FROM cve_set JOIN json_each(cve_set.cves));";
