//! The status of each machine of a run before collection begins.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Result, Row, params};

use crate::{
    domain::{index::Index, machine::MachineId, outcome::Reason},
    store::tables::{
        cells::{parse, time},
        runs::RunId,
    },
};

/// The status of one machine before collection begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineAtStart {
    /// The machine's id.
    pub machine: MachineId,
    /// Its number in the store.
    pub number: i64,
    /// When it was last answered, in any run.
    pub last_answered: Option<Timestamp>,
    /// The end of the last earlier run in which its requests failed, if it has not been answered
    /// since.
    pub failed_at: Option<Timestamp>,
    /// Its status within the run.
    pub state: MachineState,
}

/// The status of a machine within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineState {
    /// Not requested yet.
    Unrequested,
    /// The run has an answer for it.
    Answered,
    /// The service does not know it.
    NotFound {
        /// The number of calls sent for it.
        attempts: u32,
        /// The number of times that the service did not know it.
        times: u32,
    },
    /// All requests for it failed.
    Failed,
}

/// The store's numbers of a run's machines, by id: looking one up in the table takes as long as writing an
/// answer. Numbers that do not fit are still looked up.
#[derive(Debug)]
pub(crate) struct MachineNumbers {
    numbers: Vec<(MachineId, u32)>,
    index: Index,
}

impl MachineNumbers {
    pub(crate) fn new(machines: &[MachineAtStart]) -> Self {
        // Allocated up front: a growing vector needs twice the memory for a moment.
        let mut numbers = Vec::with_capacity(machines.len());
        let small = |it: &MachineAtStart| Some((it.machine, u32::try_from(it.number).ok()?));
        numbers.extend(machines.iter().filter_map(small));
        numbers.sort_unstable();
        Self {
            index: Index::of(&numbers, |it| it.0),
            numbers,
        }
    }

    /// The number of a machine, if it belongs to the run.
    pub(crate) fn of(&self, machine: MachineId) -> Option<i64> {
        let found = self.index.find(&self.numbers, |it| it.0, machine);
        found.map(|index| self.numbers[index].1.into())
    }
}

/// The status of each machine of a run, in the order of its list of `machines` machines.
pub(crate) fn read(
    connection: &Connection,
    run: RunId,
    machines: usize,
) -> Result<Vec<MachineAtStart>> {
    let mut statement = connection.prepare(
        "SELECT machine_id, answer.as_of_ms, run_machine.answer,
             run_machine.reason, run_machine.attempts, run_machine.times_unknown,
             machine.id, answer.run
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN machine ON machine.id = inventory_machine.machine
         LEFT JOIN answer ON answer.id = machine.last_answer
         LEFT JOIN run_machine ON run_machine.run = run.id AND run_machine.machine = machine.id
         WHERE run.id = ?1
         ORDER BY inventory_machine.position",
    )?;
    // Allocated up front: growing needs twice the memory for a moment, and this vector is large.
    let mut all = Vec::with_capacity(machines);
    let failures = failures(connection, run)?;
    let mut rows = statement.query([run.0])?;
    while let Some(row) = rows.next()? {
        all.push(progress(row, &failures)?);
    }
    Ok(all)
}

/// The number of earlier runs searched for failed machines: enough that at least one of them requested nearly
/// all machines. Reading more would take longer.
const EARLIER_RUNS: u32 = 10;

/// By machine: the last earlier run in which its requests failed, and when that run ended.
type Failures = HashMap<i64, (i64, Timestamp)>;

fn failures(connection: &Connection, run: RunId) -> Result<Failures> {
    let mut statement = connection.prepare(
        "SELECT run_machine.machine, earlier.id, earlier.active_at_ms
         FROM (SELECT id, active_at_ms FROM run
             WHERE id < ?1 AND service = (SELECT service FROM run WHERE id = ?1)
             ORDER BY id DESC LIMIT ?2) AS earlier
         JOIN run_machine ON run_machine.run = earlier.id
         WHERE run_machine.answer IS NULL AND run_machine.reason <> 'pending'
         ORDER BY earlier.id",
    )?;
    let failure = |row: &Row<'_>| Ok((row.get(0)?, (row.get(1)?, time(row.get(2)?))));
    statement
        .query_map(params![run.0, EARLIER_RUNS], failure)?
        .collect()
}

fn progress(row: &Row<'_>, failures: &Failures) -> Result<MachineAtStart> {
    let number = row.get(6)?;
    let answered_in: Option<i64> = row.get(7)?;
    let failure = failures.get(&number);
    let failure = failure.filter(|(run, _)| answered_in.is_none_or(|answered| answered < *run));
    Ok(MachineAtStart {
        machine: parse(row.get_ref(0)?.as_str()?)?,
        number,
        last_answered: row.get::<_, Option<i64>>(1)?.map(time),
        failed_at: failure.map(|(_, at)| *at),
        state: state(row)?,
    })
}

fn state(row: &Row<'_>) -> Result<MachineState> {
    if row.get::<_, Option<i64>>(2)?.is_some() {
        return Ok(MachineState::Answered);
    }
    let reason = row.get_ref(3)?.as_str_or_null()?;
    Ok(match reason.map(parse::<Reason>).transpose()? {
        None => MachineState::Unrequested,
        Some(Reason::NotFound) => MachineState::NotFound {
            attempts: row.get(4)?,
            times: row.get(5)?,
        },
        Some(_) => MachineState::Failed,
    })
}
