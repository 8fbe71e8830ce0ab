//! The outcome of each machine in a run: written as it arrives, read back for the reports.

use rusqlite::{Connection, Result, Row, params};

use super::{
    answer_cells::AnswerCells,
    cells::{millis, parse},
    missing_kbs::{Descriptions, Numbers, StoredList},
    reading,
    runs::{RunId, RunRecord},
    since, since_text,
};
use crate::domain::{
    answer::Answer,
    gaps::AnswerRef,
    machine::MachineId,
    outcome::{Failure, Outcome},
};

/// The machine of an outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordedMachine {
    pub(crate) number: i64,
    /// Whether the machine had been silent for so long that an empty answer says nothing about it.
    pub(crate) is_silent: bool,
}

/// Writes a machine's outcome, replacing an earlier one in the same run.
pub(crate) fn record(
    connection: &Connection,
    run: &RunRecord,
    machine: RecordedMachine,
    outcome: &Outcome,
    numbers: &mut Numbers,
) -> Result<()> {
    let (answer, failure) = match &outcome.result {
        Ok(answer) => {
            let number = insert_answer(connection, run, machine, answer, numbers)?;
            (Some(number), None)
        }
        Err(failure) => (None, Some(failure)),
    };
    let mut replace = connection.prepare_cached(
        "INSERT OR REPLACE INTO run_machine
             (run, machine, origin, answer, attempts, times_unknown,
              reason, http_status, code, message, correlation_id)
         VALUES (?1, ?2, 'asked', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    replace.execute(params![
        run.run.0,
        machine.number,
        answer,
        outcome.attempts,
        outcome.times_unknown,
        failure.map(|it| it.reason.as_str()),
        failure.map(|it| it.http_status),
        failure.map(|it| &it.code),
        failure.map(|it| &it.message),
        failure.map(|it| &it.correlation_id),
    ])?;
    Ok(())
}

/// The number of a machine, which is inserted if it is new.
pub(crate) fn machine(connection: &Connection, service: i64, id: MachineId) -> Result<i64> {
    let mut text = [0; 40];
    let id = id.encode(&mut text);
    let mut find = connection
        .prepare_cached("SELECT id FROM machine WHERE service = ?1 AND machine_id = ?2")?;
    if let Some(row) = find.query(params![service, id])?.next()? {
        return row.get(0);
    }
    let mut insert =
        connection.prepare_cached("INSERT INTO machine (service, machine_id) VALUES (?1, ?2)")?;
    insert.insert(params![service, id])
}

fn insert_answer(
    connection: &Connection,
    run: &RunRecord,
    machine: RecordedMachine,
    answer: &Answer,
    numbers: &mut Numbers,
) -> Result<i64> {
    let RecordedMachine {
        number: machine,
        is_silent,
    } = machine;
    let missing = numbers.list(connection, &answer.missing, run.run.0)?;
    let since = since::continued_text(connection, machine, answer, &missing, numbers)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO answer (machine, run, session, source, inferred_from, as_of_ms, missing, since,
             checksum, software_set)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
             (SELECT software_set FROM machine_software WHERE run = ?2 AND machine = ?1))",
    )?;
    let inferred_from = answer.inferred_from.map(|it| it.to_string());
    let cells = AnswerCells {
        machine,
        source: answer.source.as_str(),
        inferred_from: inferred_from.as_deref(),
        as_of_ms: millis(answer.as_of),
        missing: &missing,
        since: &since,
    };
    let number = insert.insert(params![
        machine,
        run.run.0,
        run.session,
        cells.source,
        cells.inferred_from,
        cells.as_of_ms,
        cells.missing,
        cells.since,
        cells.checksum()
    ])?;
    connection
        .prepare_cached(
            "UPDATE machine SET last_answer = ?2, last_known = iif(?3, last_known, ?2)
             WHERE id = ?1",
        )?
        .execute(params![
            machine,
            number,
            is_silent && answer.missing.is_empty()
        ])?;
    Ok(number)
}

/// The columns of a machine's outcome in a run.
const OUTCOME_COLUMNS: &str = "
    machine.machine_id, run_machine.attempts, run_machine.times_unknown, run_machine.reason,
    run_machine.http_status, run_machine.code, run_machine.message, run_machine.correlation_id,
    answer.id,
    answer.run <> run.id OR answer.session <> run.session OR run_machine.origin <> 'asked',
    answer.run <> run.id,
    answer.source, answer.inferred_from, answer.as_of_ms, answer.missing, answer.since, run_machine.machine,
    answer.checksum
    FROM run_machine
    JOIN run ON run.id = run_machine.run
    JOIN machine ON machine.id = run_machine.machine
    LEFT JOIN answer ON answer.id = run_machine.answer
    WHERE run_machine.run = ?1";

/// A callback that receives outcomes one by one, each with a reference to its answer.
pub(crate) type OutcomeSink<'taker> = &'taker mut dyn FnMut(Outcome, AnswerRef);

/// The reference for an outcome without an answer.
const NO_ANSWER: AnswerRef = AnswerRef(0);

/// Emits the last answers of these machines, where they exist.
pub(crate) fn last_answers(
    connection: &Connection,
    service: i64,
    machines: impl IntoIterator<Item = MachineId>,
    take: OutcomeSink<'_>,
) -> Result<()> {
    let _all_at_once = reading(connection)?;
    let mut descriptions = Descriptions::default();
    let mut find = connection.prepare(
        "SELECT answer.id, source, inferred_from, as_of_ms, missing, since, machine.id, checksum
         FROM machine JOIN answer ON answer.id = machine.last_answer
         WHERE service = ?1 AND machine_id = ?2",
    )?;
    for machine in machines {
        let mut rows = find.query(params![service, machine.encode(&mut [0; 40])])?;
        let Some(row) = rows.next()? else { continue };
        let cells = AnswerCells::read(row, 1)?;
        let list = descriptions.list(connection, cells.missing)?;
        let outcome = Outcome {
            machine,
            attempts: 0,
            times_unknown: 0,
            result: Ok(Answer {
                reused: true,
                kept: true,
                ..cells.answer(list.missing)?
            }),
        };
        take(outcome, AnswerRef(row.get(0)?));
    }
    Ok(())
}

/// Emits the outcome of each machine of a run, and the list of each answer.
pub(crate) fn outcomes(
    connection: &Connection,
    run: RunId,
    take: OutcomeSink<'_>,
    listed: &mut dyn FnMut(i64, &StoredList),
) -> Result<()> {
    let mut descriptions = Descriptions::default();
    let mut statement = connection.prepare(&format!("SELECT {OUTCOME_COLUMNS}"))?;
    let mut rows = statement.query([run.0])?;
    while let Some(row) = rows.next()? {
        let answer = row.get::<_, Option<i64>>(8)?.map_or(NO_ANSWER, AnswerRef);
        let mut listed = |list: &StoredList| listed(answer.0, list);
        let outcome = outcome(connection, row, &mut descriptions, &mut listed)?;
        take(outcome, answer);
    }
    Ok(())
}

fn outcome(
    connection: &Connection,
    row: &Row<'_>,
    descriptions: &mut Descriptions,
    listed: &mut dyn FnMut(&StoredList),
) -> Result<Outcome> {
    let answer: Option<i64> = row.get(8)?;
    Ok(Outcome {
        machine: parse(row.get_ref(0)?.as_str()?)?,
        attempts: row.get(1)?,
        times_unknown: row.get(2)?,
        result: match answer {
            Some(_) => {
                let cells = AnswerCells::read(row, 11)?;
                let list = descriptions.list(connection, cells.missing)?;
                listed(&list);
                Ok(Answer {
                    reused: row.get(9)?,
                    kept: row.get(10)?,
                    ..cells.answer(list.missing)?
                })
            }
            None => Err(failure(row)?),
        },
    })
}

/// Verifies the checksum of every answer.
pub(crate) fn verify(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT source, inferred_from, as_of_ms, missing, since, machine, checksum FROM answer",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        AnswerCells::read(row, 0)?;
    }
    Ok(())
}

/// Makes all answers older by this many milliseconds.
pub(crate) fn age(connection: &Connection, by_ms: i64) -> Result<()> {
    let mut answers = connection.prepare(
        "SELECT source, inferred_from, as_of_ms, missing, since, machine, checksum, id FROM answer",
    )?;
    let mut update = connection
        .prepare("UPDATE answer SET as_of_ms = ?2, since = ?3, checksum = ?4 WHERE id = ?1")?;
    let mut rows = answers.query([])?;
    while let Some(row) = rows.next()? {
        let mut cells = AnswerCells::read(row, 0)?;
        let since =
            since_text::to_text(&since_text::from_text(cells.since, by_ms.saturating_neg())?)?;
        cells.as_of_ms = cells.as_of_ms.saturating_sub(by_ms);
        cells.since = &since;
        let number: i64 = row.get(7)?;
        update.execute(params![
            number,
            cells.as_of_ms,
            cells.since,
            cells.checksum()
        ])?;
    }
    Ok(())
}

fn failure(row: &Row<'_>) -> Result<Failure> {
    Ok(Failure {
        reason: parse(row.get_ref(3)?.as_str()?)?,
        http_status: row.get(4)?,
        code: row.get(5)?,
        message: row.get(6)?,
        correlation_id: row.get(7)?,
    })
}
