//! Earlier runs: finds the one to compare a run with, and reads its data about its machines.

use std::{cell::RefCell, collections::HashMap};

use rusqlite::{Connection, Result, Row, params};

use crate::{
    domain::{
        gaps::{AnswerRef, BaseMachine, DatedAnswer},
        machine::MachineId,
    },
    inventory::{Inventory, LastSeen},
    store::tables::{
        cells::{from_json, parse, time},
        runs::{RECORDS, RunId, RunRecord, record},
    },
};

/// An earlier run, relative to the requested one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRun {
    /// The run.
    pub record: RunRecord,
    /// Whether the lists of both runs share at least half of the machines of the longer one.
    pub is_same_fleet: bool,
}

/// The services of the tenant of the run in `asked`. A tenant can be reached at several addresses: the global
/// one, or that of its region. If the tenant is unknown, the services may belong to several tenants.
const SERVICES_OF_TENANT: &str = "
    CROSS JOIN service AS own ON own.id = asked.service
    CROSS JOIN service AS other ON other.tenant_id = own.tenant_id";

pub(crate) fn earlier_runs(connection: &Connection, run: RunId) -> Result<Vec<EarlierRun>> {
    let fleets = FleetMatcher::new(connection, run)?;
    let mut comparable = Vec::new();
    for record in records_before(connection, run)? {
        let is_same_fleet = fleets.is_same_fleet(record.run)?;
        // Tenants never share a machine: if the tenant is unknown, the machine ids identify it.
        let has_tenant_id = !record.service.tenant_id.is_empty();
        if has_tenant_id || is_same_fleet || record.service_number == fleets.own.service {
            comparable.push(EarlierRun {
                record,
                is_same_fleet,
            });
        }
    }
    Ok(comparable)
}

/// Whether the lists of two runs share at least half of the machines of the longer one.
pub(crate) fn is_same_fleet(connection: &Connection, one: RunId, other: RunId) -> Result<bool> {
    FleetMatcher::new(connection, other)?.is_same_fleet(one)
}

fn records_before(connection: &Connection, run: RunId) -> Result<Vec<RunRecord>> {
    let mut statement = connection.prepare(&format!(
        "{RECORDS} WHERE run.id < ?1 AND run.ending IS NOT NULL AND run.answered > 0
             AND run.service IN (
                 SELECT other.id FROM run AS asked {SERVICES_OF_TENANT} WHERE asked.id = ?1
             )
         ORDER BY run.id DESC"
    ))?;
    statement.query_map([run.0], record)?.collect()
}

pub(crate) fn base_machines(connection: &Connection, base: RunId) -> Result<Vec<BaseMachine>> {
    let (column, last_seen) = last_seen(connection, base)?.unzip();
    let mut statement = connection.prepare(
        "SELECT machine_id, answer.source, answer.as_of_ms, answer.id,
             iif(answer.missing = '[]', json_extract(cells, '$[' || ?2 || ']'), NULL)
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN machine ON machine.id = inventory_machine.machine
         LEFT JOIN run_machine
             ON run_machine.run = run.id AND run_machine.machine = machine.id
         LEFT JOIN answer ON answer.id = run_machine.answer
         WHERE run.id = ?1",
    )?;
    // Allocated up front: growing needs twice the memory for a moment.
    let mut machines = Vec::with_capacity(listed(connection, base)?);
    let mut rows = statement.query(params![base.0, column])?;
    while let Some(row) = rows.next()? {
        let answer = match row.get::<_, Option<i64>>(3)? {
            Some(_) => Some(dated_answer(row, 1)?),
            None => None,
        };
        let cell = row.get_ref(4)?.as_str_or_null()?;
        let cell = last_seen.zip(cell);
        machines.push(BaseMachine {
            machine: parse(row.get_ref(0)?.as_str()?)?,
            no_current_data: answer.zip(cell).is_some_and(|(answer, (last_seen, cell))| {
                last_seen.was_silent(cell, answer.as_of)
            }),
            unsupported: false,
            answer,
        });
    }
    machines.sort_unstable_by_key(|it| it.machine);
    Ok(machines)
}

/// The number of machines on the list of a run. It is counted, because a damaged position could be any
/// number.
fn listed(connection: &Connection, run: RunId) -> Result<usize> {
    connection.query_row(
        "SELECT count(*) FROM inventory_machine
         WHERE inventory = (SELECT inventory FROM run WHERE id = ?1)",
        [run.0],
        |row| row.get(0),
    )
}

/// The index of the column of a run's list that contains the time when its machines were last seen, and its
/// date format. The order of day and month is derived from all cells.
fn last_seen(connection: &Connection, run: RunId) -> Result<Option<(usize, LastSeen)>> {
    let columns = "SELECT columns, active_at_ms
         FROM run JOIN inventory ON inventory.id = run.inventory
         WHERE run.id = ?1";
    let read = |row: &Row<'_>| Ok((from_json(row, 0)?, time(row.get(1)?)));
    let (columns, now) = connection.query_row(columns, [run.0], read)?;
    let list = Inventory {
        columns,
        ..Inventory::default()
    };
    let Some(column) = list.last_seen_column() else {
        return Ok(None);
    };
    let mut statement = connection.prepare(
        "SELECT json_extract(cells, '$[' || ?2 || ']')
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         WHERE run.id = ?1",
    )?;
    let cells = statement.query_map(params![run.0, column], |row| row.get::<_, String>(0))?;
    let mut problem = None;
    let cells = cells.map_while(|cell| cell.map_err(|error| problem = Some(error)).ok());
    let last_seen = LastSeen::of(cells, now);
    problem.map_or(Ok(Some((column, last_seen))), Err)
}

/// Reads an answer from three columns, starting at this one: its source, its time and its number.
fn dated_answer(row: &Row<'_>, column: usize) -> Result<DatedAnswer> {
    Ok(DatedAnswer {
        source: parse(row.get_ref(column)?.as_str()?)?,
        as_of: time(row.get(column + 1)?),
        answer: AnswerRef(row.get(column + 2)?),
    })
}

/// The answers for a machine in runs before this one, latest first.
pub(crate) fn answers_before(
    connection: &Connection,
    run: RunId,
    machine: MachineId,
) -> Result<Vec<DatedAnswer>> {
    let mut find = connection.prepare_cached(&format!(
        "SELECT answer.source, answer.as_of_ms, answer.id
         FROM run AS asked {SERVICES_OF_TENANT}
         CROSS JOIN machine ON machine.service = other.id AND machine_id = ?2
         CROSS JOIN run ON run.id < asked.id AND run.service = other.id
         JOIN run_machine
             ON run_machine.run = run.id AND run_machine.machine = machine.id
         JOIN answer ON answer.id = run_machine.answer
         WHERE asked.id = ?1 AND run.ending IS NOT NULL
         ORDER BY run.id DESC"
    ))?;
    let id = &mut [0; 40];
    let found = find.query_map(params![run.0, machine.encode(id)], |row| {
        dated_answer(row, 0)
    })?;
    found.collect()
}

/// A machine list, and the service that its machines belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ListKey {
    inventory: i64,
    service: i64,
}

/// Compares the list of a run with those of others. Most nights use the same list.
struct FleetMatcher<'store> {
    connection: &'store Connection,
    own: ListKey,
    /// Results for the lists compared so far.
    results: RefCell<HashMap<ListKey, bool>>,
}

impl<'store> FleetMatcher<'store> {
    fn new(connection: &'store Connection, run: RunId) -> Result<Self> {
        Ok(Self {
            connection,
            own: list_key(connection, run)?,
            results: RefCell::default(),
        })
    }

    fn is_same_fleet(&self, run: RunId) -> Result<bool> {
        let other = list_key(self.connection, run)?;
        if other == self.own {
            return Ok(true);
        }
        if let Some(results) = self.results.borrow().get(&other) {
            return Ok(*results);
        }
        let is_same = self.overlaps(other)?;
        self.results.borrow_mut().insert(other, is_same);
        Ok(is_same)
    }

    fn overlaps(&self, other: ListKey) -> Result<bool> {
        // Comparing numbers is faster, but they are only comparable within a service.
        let machines = if other.service == self.own.service {
            "SELECT machine FROM inventory_machine WHERE inventory ="
        } else {
            "SELECT machine_id AS machine FROM inventory_machine
             JOIN machine ON machine.id = inventory_machine.machine WHERE inventory ="
        };
        self.connection.query_row(
            &format!(
                "WITH own AS ({machines} ?1), other AS ({machines} ?2)
                 SELECT 2 * count(iif(machine IN other, 1, NULL))
                     >= max(count(*), (SELECT count(*) FROM other))
                 FROM own"
            ),
            [self.own.inventory, other.inventory],
            |row| row.get(0),
        )
    }
}

fn list_key(connection: &Connection, run: RunId) -> Result<ListKey> {
    let mut find = connection.prepare_cached("SELECT inventory, service FROM run WHERE id = ?1")?;
    find.query_row([run.0], |row| {
        Ok(ListKey {
            inventory: row.get(0)?,
            service: row.get(1)?,
        })
    })
}
