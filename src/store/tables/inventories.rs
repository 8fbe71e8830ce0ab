//! Machine lists as they were read, so that reports can be rendered again. A list is stored once,
//! however many runs use it.

use rusqlite::{
    Connection, Result, Row, params,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    cells::{Text, from_json, parse, to_json, write_list},
    fingerprint::Fingerprint,
    machine_ids::machine_numbers,
    runs::RunId,
};
use crate::{
    inventory::{Cells, Inventory, InventoryMachine, RejectedRow},
    store::error::damage,
};

/// The number of an inventory, which is inserted if it is new.
pub(crate) fn insert(connection: &Connection, service: i64, inventory: &Inventory) -> Result<i64> {
    let digest = digest(service, inventory)?;
    let mut find = connection.prepare_cached("SELECT id FROM inventory WHERE digest = ?1")?;
    if let Some(row) = find.query([&digest])?.next()? {
        return row.get(0);
    }
    let [columns, rejected] = cells(inventory)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO inventory (digest, file, columns, duplicates, rejected)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let duplicates = inventory.duplicates;
    let number = insert.insert(params![
        digest,
        inventory.file,
        columns,
        duplicates,
        rejected
    ])?;
    insert_machines(connection, number, service, inventory)?;
    Ok(number)
}

/// The texts of the cells for columns and rejected rows.
fn cells(inventory: &Inventory) -> Result<[String; 2]> {
    let rejected = inventory.rejected.iter();
    let rejected: Vec<(u64, &str)> = rejected.map(|row| (row.line, &*row.input)).collect();
    Ok([to_json(&inventory.columns)?, to_json(&rejected)?])
}

fn insert_machines(
    connection: &Connection,
    number: i64,
    service: i64,
    inventory: &Inventory,
) -> Result<()> {
    let machines = machine_numbers(connection, service, &inventory.machines)?;
    let mut insert = connection.prepare(
        "INSERT INTO inventory_machine (inventory, position, machine, line, cells)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut cells = Vec::new();
    for (position, (listed, machine)) in inventory.machines.iter().zip(machines).enumerate() {
        write_list(inventory.cells.row(position), &mut cells)?;
        let cells = ToSqlOutput::Borrowed(ValueRef::Text(&cells));
        insert.execute(params![number, position, machine, listed.line, cells])?;
    }
    Ok(())
}

/// The fingerprint that identifies a list.
pub(crate) fn digest(service: i64, inventory: &Inventory) -> Result<Vec<u8>> {
    let [columns, rejected] = cells(inventory)?;
    let mut digest = Fingerprint::new(service, inventory, [&columns, &rejected]);
    let mut cells = Vec::new();
    for (position, machine) in inventory.machines.iter().enumerate() {
        write_list(inventory.cells.row(position), &mut cells)?;
        digest.add(machine, &cells);
    }
    Ok(digest.finish())
}

/// The machine list of a run, as it was read.
pub(crate) fn inventory(connection: &Connection, run: RunId) -> Result<Inventory> {
    let (mut inventory, service, written) = connection.query_row(
        "SELECT file, columns, duplicates, rejected, service, digest
         FROM inventory JOIN run ON run.inventory = inventory.id WHERE run.id = ?1",
        [run.0],
        |row| Ok((head(row)?, row.get(4)?, row.get::<_, Vec<u8>>(5)?)),
    )?;
    let mut statement = connection.prepare(
        "SELECT machine_id, line, cells
         FROM run
         JOIN inventory_machine ON inventory_machine.inventory = run.inventory
         JOIN machine ON machine.id = inventory_machine.machine
         WHERE run.id = ?1
         ORDER BY position",
    )?;
    let [columns, rejected] = cells(&inventory)?;
    let mut digest = Fingerprint::new(service, &inventory, [&columns, &rejected]);
    let mut rows = statement.query([run.0])?;
    while let Some(row) = rows.next()? {
        let machine = machine(row)?;
        digest.add(&machine, row.get_ref(2)?.as_bytes()?);
        inventory.machines.push(machine);
        inventory.cells.push(from_json::<Vec<Text<'_>>>(row, 2)?);
    }
    if digest.finish() != written {
        return Err(damage("the list of machines is not as it was written"));
    }
    inventory.shrink_to_fit();
    Ok(inventory)
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
