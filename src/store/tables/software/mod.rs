//! The software inventory of a run: which software each machine of its list had.
//!
//! - `sets`: the distinct software sets, each stored once
//! - `assemble`: builds an inventory from rows
//! - `difference`: finds the software that differs between two answers

mod assemble;
mod difference;
mod sets;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use sha2::{Digest, Sha256};

use self::{assemble::Assembly, sets::Numbers};
use super::{
    answers,
    cells::{millis, parse, time},
    reading,
    runs::RunId,
};
use crate::{
    domain::{
        machine::MachineId,
        software::{RunSoftware, SoftwareInventory},
    },
    store::error::damage,
};

pub(crate) use self::{difference::changed_products, sets::verify};

/// The software inventory of a run, without its machines.
struct Head {
    run: RunId,
    fetched_at_ms: i64,
    generated_at_ms: i64,
    missing_because: Option<String>,
}

/// Stores the software inventory of a run, or why there is none, replacing an earlier one. The inventory has
/// no machines that are not on the run's list.
pub(crate) fn set(
    connection: &Connection,
    run: RunId,
    software: &RunSoftware,
    now: Timestamp,
) -> Result<()> {
    delete(connection, run)?;
    let mut head = Head {
        run,
        fetched_at_ms: millis(now),
        generated_at_ms: 0,
        missing_because: None,
    };
    let mut digest = Sha256::new();
    match software {
        RunSoftware::Known(inventory) => {
            head.generated_at_ms = millis(inventory.generated_at);
            insert_machines(connection, run, inventory, &mut digest)?;
        }
        RunSoftware::Missing(because) => head.missing_because = Some(because.clone()),
    }
    connection.execute(
        "INSERT INTO run_software (run, fetched_at_ms, generated_at_ms, missing_because, digest)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            run.0,
            head.fetched_at_ms,
            head.generated_at_ms,
            head.missing_because,
            head.digest(digest)
        ],
    )?;
    Ok(())
}

/// Updates the digest of a run's inventory after machines were deleted from it.
pub(crate) fn renew(connection: &Connection, run: RunId) -> Result<()> {
    let head = connection.query_row(&format!("{SELECT_HEADS} WHERE run = ?1"), [run.0], head);
    let (head, _) = head?;
    let mut digest = Sha256::new();
    let mut statement = connection.prepare(SELECT_MACHINES)?;
    let mut rows = statement.query([run.0])?;
    while let Some(row) = rows.next()? {
        let (machine, set) = machine(row)?;
        add(&mut digest, machine, set);
    }
    connection.execute(
        "UPDATE run_software SET digest = ?2 WHERE run = ?1",
        params![run.0, head.digest(digest)],
    )?;
    Ok(())
}

fn delete(connection: &Connection, run: RunId) -> Result<()> {
    connection.execute("DELETE FROM machine_software WHERE run = ?1", [run.0])?;
    connection.execute("DELETE FROM run_software WHERE run = ?1", [run.0])?;
    Ok(())
}

fn insert_machines(
    connection: &Connection,
    run: RunId,
    inventory: &SoftwareInventory,
    digest: &mut Sha256,
) -> Result<()> {
    let service: i64 =
        connection.query_row("SELECT service FROM run WHERE id = ?1", [run.0], |row| {
            row.get(0)
        })?;
    let numbers = Numbers::of(connection, inventory)?;
    let mut insert = connection
        .prepare("INSERT INTO machine_software (run, machine, software_set) VALUES (?1, ?2, ?3)")?;
    for (machine, set) in &inventory.machines {
        let number = answers::machine(connection, service, *machine)?;
        let set = numbers.set(*set);
        insert.execute(params![run.0, number, set])?;
        add(digest, *machine, set);
    }
    Ok(())
}

/// The software inventory of a run; `None` if the run did not request one.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Option<RunSoftware>> {
    let head = connection.query_row(&format!("{SELECT_HEADS} WHERE run = ?1"), [run.0], head);
    let Some((head, written)) = head.optional()? else {
        return Ok(None);
    };
    let mut digest = Sha256::new();
    let mut assembly = Assembly::default();
    let mut statement = connection.prepare(SELECT_MACHINES)?;
    let mut rows = statement.query([run.0])?;
    while let Some(row) = rows.next()? {
        let (machine, set) = machine(row)?;
        add(&mut digest, machine, set);
        assembly.add(machine, set);
    }
    if head.digest(digest) != written {
        return Err(damage("a software inventory does not match its checksum"));
    }
    if let Some(because) = head.missing_because {
        return Ok(Some(RunSoftware::Missing(because)));
    }
    let inventory = assembly.finish(connection, time(head.generated_at_ms))?;
    Ok(Some(RunSoftware::Known(inventory.into())))
}

/// The run that has the latest software inventory of a service, if there is one.
pub(crate) fn latest(connection: &Connection, service: i64) -> Result<Option<RunId>> {
    let run = connection.query_row(
        "SELECT run_software.run
         FROM run_software JOIN run ON run.id = run_software.run
         WHERE service = ?1 AND missing_because IS NULL
         ORDER BY fetched_at_ms DESC, run_software.run DESC
         LIMIT 1",
        [service],
        |row| row.get(0),
    );
    Ok(run.optional()?.map(RunId))
}

/// The software that these machines had when their last answers were requested, where it was known.
pub(crate) fn at_last_answers(
    connection: &Connection,
    service: i64,
    machines: impl IntoIterator<Item = MachineId>,
) -> Result<SoftwareInventory> {
    let _all_at_once = reading(connection)?;
    let mut find = connection.prepare(
        "SELECT machine.machine_id, answer.software_set
         FROM machine JOIN answer ON answer.id = machine.last_answer
         WHERE service = ?1 AND machine.machine_id = ?2 AND answer.software_set IS NOT NULL",
    )?;
    let mut machines: Vec<MachineId> = machines.into_iter().collect();
    machines.sort_unstable();
    machines.dedup();
    let mut assembly = Assembly::default();
    for id in machines {
        let mut rows = find.query(params![service, id.encode(&mut [0; 40])])?;
        if let Some(row) = rows.next()? {
            let (machine, set) = machine(row)?;
            assembly.add(machine, set);
        }
    }
    assembly.finish(connection, Timestamp::default())
}

/// The machines of an inventory, in the order of its digest.
const SELECT_MACHINES: &str = "SELECT machine_id, software_set
    FROM machine_software JOIN machine ON machine.id = machine_software.machine
    WHERE run = ?1
    ORDER BY machine_id";

const SELECT_HEADS: &str =
    "SELECT run, fetched_at_ms, generated_at_ms, missing_because, digest FROM run_software";

fn head(row: &Row<'_>) -> Result<(Head, Vec<u8>)> {
    let head = Head {
        run: RunId(row.get(0)?),
        fetched_at_ms: row.get(1)?,
        generated_at_ms: row.get(2)?,
        missing_because: row.get(3)?,
    };
    Ok((head, row.get(4)?))
}

fn machine(row: &Row<'_>) -> Result<(MachineId, i64)> {
    Ok((parse(row.get_ref(0)?.as_str()?)?, row.get(1)?))
}

fn add(digest: &mut Sha256, machine: MachineId, set: i64) {
    digest.update(machine.bytes());
    digest.update(set.to_le_bytes());
}

impl Head {
    /// The digest of everything, given the digest of the machines.
    fn digest(&self, machines: Sha256) -> Vec<u8> {
        let because = self.missing_because.as_ref();
        let digest = machines
            .chain_update(self.run.0.to_le_bytes())
            .chain_update(self.fetched_at_ms.to_le_bytes())
            .chain_update(self.generated_at_ms.to_le_bytes())
            .chain_update([u8::from(because.is_some())])
            .chain_update(because.map_or("", String::as_str));
        digest.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests;
