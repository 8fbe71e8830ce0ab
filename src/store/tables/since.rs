//! Since when a machine has been missing its KBs: carried over from answer to answer, so that it outlives
//! deleted runs.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{
    answer_cells::AnswerCells,
    cells::parse_json,
    missing_kbs::Numbers,
    since_text::{from_text, to_text},
};
use crate::{
    domain::{
        answer::Answer,
        machine::MachineId,
        since::{EarlierGap, MissingSince},
    },
    store::error::damage,
};

/// The text of the `since` column for a new answer of a machine, whose list has this text.
pub(crate) fn continued_text(
    connection: &Connection,
    machine: i64,
    answer: &Answer,
    missing: &str,
    numbers: &mut Numbers,
) -> Result<String> {
    let mut find = connection.prepare_cached(&last_known_answer("own.id = ?1"))?;
    let mut rows = find.query([machine])?;
    let Some(row) = rows.next()? else {
        return to_text(&answer.since);
    };
    let before = AnswerCells::read(row, 0)?;
    if before.missing == missing && before.as_of_ms <= answer.as_of.as_millisecond() {
        return Ok(before.since.to_owned());
    }
    let earlier = earlier_gaps(connection, &before, numbers)?;
    to_text(&MissingSince::continued(
        &answer.missing,
        answer.as_of,
        earlier,
    ))
}

/// Since when a machine has been missing the KBs of an answer that could not be stored.
pub(crate) fn continued(
    connection: &Connection,
    service: i64,
    machine: MachineId,
    answer: &Answer,
) -> Result<MissingSince> {
    let find = last_known_answer("own.service = ?1 AND own.machine_id = ?2");
    let mut find = connection.prepare_cached(&find)?;
    let mut rows = find.query(params![service, machine.encode(&mut [0; 40])])?;
    let Some(row) = rows.next()? else {
        return Ok(answer.since.clone());
    };
    let earlier = earlier_gaps(
        connection,
        &AnswerCells::read(row, 0)?,
        &mut Numbers::default(),
    )?;
    Ok(MissingSince::continued(
        &answer.missing,
        answer.as_of,
        earlier,
    ))
}

/// The query for the latest answer that shows what a machine misses. A tenant can be reached at several
/// addresses, each of which is a service with its own machines.
fn last_known_answer(of: &str) -> String {
    format!(
        "SELECT answer.source, answer.inferred_from, answer.as_of_ms, answer.missing, answer.since, answer.machine,
             answer.checksum
         FROM machine AS own
         CROSS JOIN service ON service.id = own.service
         CROSS JOIN service AS other ON other.tenant_id = service.tenant_id
         CROSS JOIN machine ON machine.service = other.id AND machine.machine_id = own.machine_id
         CROSS JOIN answer ON answer.id = machine.last_known
         WHERE {of}
         ORDER BY answer.as_of_ms DESC, answer.id DESC LIMIT 1"
    )
}

fn earlier_gaps(
    connection: &Connection,
    answer: &AnswerCells<'_>,
    numbers: &mut Numbers,
) -> Result<Vec<EarlierGap>> {
    let since = from_text(answer.since, 0)?;
    let listed: Vec<i64> = parse_json(answer.missing)?;
    let gaps = listed.into_iter().zip(since.iter());
    gaps.map(|(number, since)| {
        let id = numbers.id_of(connection, number)?;
        Ok(EarlierGap { id, since })
    })
    .collect()
}

/// Since when the KBs of a stored answer have been missing.
pub(crate) fn of_answer(connection: &Connection, answer: i64) -> Result<MissingSince> {
    let mut find = connection.prepare_cached("SELECT since FROM answer WHERE id = ?1")?;
    let read = find.query_row([answer], |row| from_text(row.get_ref(0)?.as_str()?, 0));
    let since = read.optional()?;
    since.ok_or_else(|| damage("an answer that a run refers to is missing"))
}
