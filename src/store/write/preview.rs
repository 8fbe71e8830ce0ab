//! What a run would reuse from the store, before it begins. Writes nothing.

use std::{ops::RangeInclusive, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{
    begin::resumable_run,
    params::{Reuse, RunParams},
};
use crate::{
    domain::api::Api,
    store::tables::{
        calls::{self, Counting},
        fingerprint::fleet,
        machine_ids::stored_numbers,
        runs::{RunId, Service},
    },
};

/// What a run would reuse from the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// The number of answers that it would not have to request.
    pub answers: u64,
    /// The ages of earlier calls, as read by `calls::ages`.
    pub past_calls: Vec<Duration>,
    /// The usual time to an answer, as read by `calls::latency`.
    pub latency: Option<Duration>,
    /// The number of the service, if the store knows it.
    pub service: Option<i64>,
}

/// What such a run, with calls to this API, would reuse.
pub(crate) fn preview(
    connection: &Connection,
    path: &Path,
    params: &RunParams<'_>,
    api: Api,
    counting: Counting,
) -> Result<Preview> {
    Ok(Preview {
        answers: answers(connection, path, params)?,
        past_calls: calls::ages(connection, params.application, api, counting)?,
        latency: calls::latency(connection, params.application, api)?,
        service: service(connection, params.service)?,
    })
}

/// Whether any of a run's machines has ever been answered.
pub(crate) fn has_any_answer(connection: &Connection, params: &RunParams<'_>) -> Result<bool> {
    let Some(service) = service(connection, params.service)? else {
        return Ok(false);
    };
    let mut has_answer =
        connection.prepare("SELECT 1 FROM machine WHERE id = ?1 AND last_answer IS NOT NULL")?;
    for machine in stored_numbers(connection, service, &params.inventory.machines)? {
        if has_answer.exists([machine])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of answers that a run would not have to request.
fn answers(connection: &Connection, path: &Path, params: &RunParams<'_>) -> Result<u64> {
    let Some(service) = service(connection, params.service)? else {
        return Ok(0);
    };
    let fleet = fleet(params.inventory);
    let resumable = resumable_run(connection, path, service, &fleet, params)?;
    match (params.reuse, resumable) {
        (Reuse::Answers(longest), _) => {
            let machines = stored_numbers(connection, service, &params.inventory.machines)?;
            recent_answers(connection, &machines, resumable, params.recent(longest))
        }
        (_, Some(run)) => answers_of(connection, run),
        (_, None) => Ok(0),
    }
}

/// The number of a service, if it is already stored.
fn service(connection: &Connection, service: &Service) -> Result<Option<i64>> {
    connection
        .query_row(
            "SELECT id FROM service WHERE tenant_id = ?1 AND api_url = ?2",
            [&service.tenant_id, &service.api_url],
            |row| row.get(0),
        )
        .optional()
}

/// The number of answers of a run that would be resumed.
fn answers_of(connection: &Connection, run: RunId) -> Result<u64> {
    connection.query_row(
        "SELECT count(answer) FROM run_machine WHERE run = ?1 AND origin <> 'kept'",
        [run.0],
        |row| row.get(0),
    )
}

/// The number of these machines with a recent enough answer: their last one, or that of a run that
/// would be resumed.
fn recent_answers(
    connection: &Connection,
    machines: &[i64],
    resumable: Option<RunId>,
    times: RangeInclusive<i64>,
) -> Result<u64> {
    let mut has_answer = connection.prepare(
        "SELECT 1 FROM machine JOIN answer ON answer.id = machine.last_answer
         WHERE machine.id = ?1 AND as_of_ms BETWEEN ?2 AND ?3
         UNION ALL
         SELECT 1 FROM run_machine JOIN answer ON answer.id = run_machine.answer
         WHERE run_machine.run = ?4 AND run_machine.machine = ?1 AND origin <> 'kept'
             AND as_of_ms BETWEEN ?2 AND ?3",
    )?;
    let run = resumable.map(|run| run.0);
    let mut answers = 0;
    for machine in machines {
        let found = has_answer.exists(params![machine, times.start(), times.end(), run])?;
        answers += u64::from(found);
    }
    Ok(answers)
}
