//! Takes over the results of a run that this one waited for, so that a job started twice uses the
//! quota only once.

use std::ops::RangeInclusive;

use rusqlite::{Connection, Result, params};

use super::params::{Reuse, RunParams, WaitedFor};
use crate::store::tables::{cells::millis, runs::RunId};

/// Which of the other run's answers are taken over.
struct Scope {
    /// Those from this range of times.
    times: RangeInclusive<i64>,
    /// Whether all answers that the other run requested itself are included, however old.
    include_requested: bool,
}

/// The maximum time between a run's last recorded activity, its last answer, and the release of its
/// lock: in between it writes its reports.
const REPORTING_MS: i64 = 5 * 60 * 1000;

/// Takes over the results of the runs that this one waited for, latest first: answers, and machines that the
/// service does not know. Failed requests are repeated.
pub(crate) fn take_over(
    connection: &Connection,
    run: RunId,
    application: i64,
    params: &RunParams<'_>,
) -> Result<()> {
    let Some(waited_for) = params.waited_for else {
        return Ok(());
    };
    let (longest, include_requested) = match params.reuse {
        Reuse::Nothing => return Ok(()),
        Reuse::EndedEarly(longest) => (longest, true),
        Reuse::Answers(longest) => (longest, false),
    };
    let scope = Scope {
        times: params.recent(longest),
        include_requested,
    };
    let runs = awaited_runs(connection, application, waited_for)?;
    for other in runs.into_iter().filter(|other| *other != run) {
        take_answers(connection, run, other, &scope)?;
        take_unknown(connection, run, other)?;
    }
    Ok(())
}

/// The runs that this one waited for, latest first. Only one run per app registration is in
/// progress at a time.
fn awaited_runs(
    connection: &Connection,
    application: i64,
    waited_for: WaitedFor,
) -> Result<Vec<RunId>> {
    let mut find = connection.prepare(
        "SELECT id FROM run WHERE application = ?1 AND (active_at_ms >= ?2 OR id = ?3)
         ORDER BY active_at_ms DESC, id DESC",
    )?;
    let since = millis(waited_for.since).saturating_sub(REPORTING_MS);
    let in_progress = waited_for.run.map(|run| run.0);
    let runs = find.query_map(params![application, since, in_progress], |row| {
        Ok(RunId(row.get(0)?))
    })?;
    runs.collect()
}

/// Takes over another run's answers for machines without an answer in this one. Answers that were kept
/// because of the time limit retain their age.
fn take_answers(connection: &Connection, run: RunId, other: RunId, scope: &Scope) -> Result<()> {
    connection.execute(
        "INSERT INTO run_machine (run, machine, origin, answer, attempts, times_unknown)
         SELECT run.id, theirs.machine, 'reused', answer.id, 0, 0
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN run_machine AS theirs
             ON theirs.run = ?2 AND theirs.machine = inventory_machine.machine
         JOIN answer ON answer.id = theirs.answer
         WHERE run.id = ?1 AND (answer.as_of_ms BETWEEN ?3 AND ?4
             OR ?5 AND theirs.origin = 'asked')
         ON CONFLICT (run, machine) DO UPDATE
             SET origin = excluded.origin, answer = excluded.answer, reason = NULL,
                 http_status = NULL, code = NULL, message = NULL, correlation_id = NULL
             WHERE run_machine.answer IS NULL",
        params![
            run.0,
            other.0,
            scope.times.start(),
            scope.times.end(),
            scope.include_requested
        ],
    )?;
    Ok(())
}

/// Takes over machines that the service does not know, according to another run.
fn take_unknown(connection: &Connection, run: RunId, other: RunId) -> Result<()> {
    connection.execute(
        "INSERT INTO run_machine (run, machine, origin, attempts, times_unknown, reason,
             http_status, code, message, correlation_id)
         SELECT run.id, theirs.machine, theirs.origin, theirs.attempts, theirs.times_unknown,
             theirs.reason, theirs.http_status, theirs.code, theirs.message,
             theirs.correlation_id
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN run_machine AS theirs
             ON theirs.run = ?2 AND theirs.machine = inventory_machine.machine
         WHERE run.id = ?1 AND theirs.reason = 'notFound'
         ON CONFLICT (run, machine) DO NOTHING",
        [run.0, other.0],
    )?;
    Ok(())
}
