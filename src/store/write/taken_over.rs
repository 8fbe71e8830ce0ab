//! What a run waited for: a job that was started twice costs the quota once.

use std::ops::RangeInclusive;

use rusqlite::{Connection, Result, params};

use super::beginning::{Beginning, Reuse, Waited};
use crate::store::tables::{cells::millis, runs::RunId};

/// Which of the other run's answers are taken over.
struct Which {
    /// Those of these times.
    times: RangeInclusive<i64>,
    /// And all that the other run got itself, however long it took.
    and_its_own: bool,
}

/// A run's last sign of life is when its last answer came. After that it writes its reports, and only
/// then lets others go ahead.
const REPORTING_MS: i64 = 5 * 60 * 1000;

/// Takes over what the runs that this one waited for were told, the latest first: answers, and that the
/// service does not know a machine. What they asked in vain is asked once more.
pub(crate) fn take_over(
    connection: &Connection,
    run: RunId,
    application: i64,
    beginning: &Beginning<'_>,
) -> Result<()> {
    let Some(waited) = beginning.waited else {
        return Ok(());
    };
    let (longest, and_its_own) = match beginning.reuse {
        Reuse::Nothing => return Ok(()),
        Reuse::EndedEarly(longest) => (longest, true),
        Reuse::Answers(longest) => (longest, false),
    };
    let which = Which {
        times: beginning.young(longest),
        and_its_own,
    };
    let others = waited_for(connection, application, waited)?;
    for theirs in others.into_iter().filter(|theirs| *theirs != run) {
        take_answers(connection, run, theirs, &which)?;
        take_unknown(connection, run, theirs)?;
    }
    Ok(())
}

/// The runs that this one waited for, the latest first: of its app registration, one is at work at a
/// time.
fn waited_for(connection: &Connection, application: i64, waited: Waited) -> Result<Vec<RunId>> {
    let mut find = connection.prepare(
        "SELECT id FROM run WHERE application = ?1 AND (active_at_ms >= ?2 OR id = ?3)
         ORDER BY active_at_ms DESC, id DESC",
    )?;
    let since = millis(waited.since).saturating_sub(REPORTING_MS);
    let at_work = waited.run.map(|run| run.0);
    let runs = find.query_map(params![application, since, at_work], |row| {
        Ok(RunId(row.get(0)?))
    })?;
    runs.collect()
}

/// Takes over the answers of another run to machines of which this one has none. Answers that were kept
/// because time was up are as old as they are.
fn take_answers(connection: &Connection, run: RunId, theirs: RunId, which: &Which) -> Result<()> {
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
            theirs.0,
            which.times.start(),
            which.times.end(),
            which.and_its_own
        ],
    )?;
    Ok(())
}

/// Takes over that the service does not know a machine, as far as another run had found that out.
fn take_unknown(connection: &Connection, run: RunId, theirs: RunId) -> Result<()> {
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
        [run.0, theirs.0],
    )?;
    Ok(())
}
