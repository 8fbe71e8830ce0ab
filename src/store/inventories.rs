//! Lists of machines as they were read, so that reports can be rendered again. The same list
//! is kept once, however many runs ask for it.

use rusqlite::{
    Connection, Result, Row, params,
    types::{ToSqlOutput, ValueRef},
};
use sha2::{Digest, Sha256};

use super::{
    RunId, Store, StoreError, answers,
    error::damage,
    json::{from_json, parse, to_json, write_list},
};
use crate::{
    inventory::{Cells, Inventory, InventoryMachine, RejectedRow},
    machine::MachineId,
};

/// The number of an inventory, which is entered if it is new.
pub(super) fn enter(connection: &Connection, service: i64, inventory: &Inventory) -> Result<i64> {
    let (columns, rejected) = cells(inventory)?;
    let digest = digest(service, inventory, [&columns, &rejected])?;
    let mut find = connection.prepare_cached("SELECT id FROM inventory WHERE digest = ?1")?;
    if let Some(row) = find.query([&digest])?.next()? {
        return row.get(0);
    }
    let mut enter = connection.prepare_cached(
        "INSERT INTO inventory (digest, file, columns, duplicates, rejected)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let duplicates = inventory.duplicates;
    let number = enter.insert(params![
        digest,
        inventory.file,
        columns,
        duplicates,
        rejected
    ])?;
    enter_machines(connection, number, service, inventory)?;
    Ok(number)
}

/// What the cells for columns and rejected rows hold.
fn cells(inventory: &Inventory) -> Result<(String, String)> {
    let rejected = inventory.rejected.iter();
    let rejected: Vec<(u64, &str)> = rejected.map(|row| (row.line, &*row.input)).collect();
    Ok((to_json(&inventory.columns)?, to_json(&rejected)?))
}

fn enter_machines(
    connection: &Connection,
    number: i64,
    service: i64,
    inventory: &Inventory,
) -> Result<()> {
    let mut enter = connection.prepare_cached(
        "INSERT INTO inventory_machine (inventory, position, machine, line, cells)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut cells = Vec::new();
    for (position, listed) in inventory.machines.iter().enumerate() {
        let machine = answers::machine(connection, service, listed.id)?;
        write_list(inventory.cells.row(position), &mut cells)?;
        let cells = ToSqlOutput::Borrowed(ValueRef::Text(&cells));
        enter.execute(params![number, position, machine, listed.line, cells])?;
    }
    Ok(())
}

/// A fingerprint of all that stands in the list.
fn digest(service: i64, inventory: &Inventory, cells: [&str; 2]) -> Result<Vec<u8>> {
    let mut digest = Sha256::new()
        .chain_update(service.to_le_bytes())
        .chain_update(inventory.duplicates.to_le_bytes());
    for text in [&*inventory.file, cells[0], cells[1]] {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    let mut cells = Vec::new();
    for (position, machine) in inventory.machines.iter().enumerate() {
        write_list(inventory.cells.row(position), &mut cells)?;
        digest.update(machine.line.to_le_bytes());
        digest.update(machine.id.to_string());
        digest.update((cells.len() as u64).to_le_bytes());
        digest.update(&cells);
    }
    Ok(digest.finalize().to_vec())
}

/// A fingerprint of the set of machines: the same machines in another order, or with other
/// columns, are the same fleet.
pub(super) fn fleet(inventory: &Inventory) -> Vec<u8> {
    let mut ids: Vec<MachineId> = inventory.machines.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    let mut digest = Sha256::new();
    for id in ids {
        digest.update(id.to_string());
    }
    digest.finalize().to_vec()
}

impl Store {
    /// The list of a run, as it was read.
    pub fn inventory(&self, run: RunId) -> Result<Inventory, StoreError> {
        self.read_inventory(run)
            .map_err(|error| StoreError::sqlite(&self.path, error))
    }

    fn read_inventory(&self, run: RunId) -> Result<Inventory> {
        let (mut inventory, service, written) = self.connection.query_row(
            "SELECT file, columns, duplicates, rejected, service, digest
             FROM inventory JOIN run ON run.inventory = inventory.id WHERE run.id = ?1",
            [run.0],
            |row| Ok((head(row)?, row.get(4)?, row.get::<_, Vec<u8>>(5)?)),
        )?;
        let mut statement = self.connection.prepare(
            "SELECT machine_id, line, cells
             FROM run
             JOIN inventory_machine ON inventory_machine.inventory = run.inventory
             JOIN machine ON machine.id = inventory_machine.machine
             WHERE run.id = ?1
             ORDER BY position",
        )?;
        let mut rows = statement.query([run.0])?;
        while let Some(row) = rows.next()? {
            inventory.machines.push(machine(row)?);
            inventory.cells.push(from_json::<Vec<String>>(row, 2)?);
        }
        let (columns, rejected) = cells(&inventory)?;
        if digest(service, &inventory, [&columns, &rejected])? != written {
            return Err(damage("the list of machines is not as it was written"));
        }
        Ok(inventory)
    }
}

fn head(row: &Row<'_>) -> Result<Inventory> {
    let rejected: Vec<(u64, String)> = from_json(row, 3)?;
    let rejected = rejected.into_iter();
    let columns: Vec<String> = from_json(row, 1)?;
    Ok(Inventory {
        file: row.get(0)?,
        cells: Cells::new(columns.len()),
        columns,
        machines: Vec::new(),
        duplicates: row.get(2)?,
        rejected: rejected
            .map(|(line, input)| RejectedRow { line, input })
            .collect(),
    })
}

fn machine(row: &Row<'_>) -> Result<InventoryMachine> {
    Ok(InventoryMachine {
        id: parse(row.get_ref(0)?.as_str()?)?,
        line: row.get(1)?,
    })
}
