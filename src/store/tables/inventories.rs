//! Machine lists as they were read, so that reports can be rendered again. A list is stored once, even if
//! many runs use it.

use rusqlite::{
    Connection, Error, Result, Row, params,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    cells::{Text, from_json, millis, parse, time, to_json, write_list},
    fingerprint::Fingerprint,
    machine_ids::machine_numbers,
    runs::RunId,
    skipped,
};
use crate::{
    inventory::{Cells, Fetched, Inventory, InventoryMachine, RejectedRow},
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
        "INSERT INTO inventory
             (digest, file, columns, duplicates, rejected, fetched_at_ms, query, is_whole)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let duplicates = inventory.duplicates;
    let fetched = inventory.fetched.as_ref();
    let number = insert.insert(params![
        digest,
        inventory.file,
        columns,
        duplicates,
        rejected,
        fetched.map(|it| millis(it.as_of)),
        fetched.map(|it| &it.query),
        fetched.map(|it| it.is_whole)
    ])?;
    insert_machines(connection, number, service, inventory)?;
    skipped::insert(connection, number, &inventory.skipped)?;
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
    skipped::add_to(&mut digest, &inventory.skipped)?;
    digest.add_origin(inventory.fetched.as_ref());
    Ok(digest.finish())
}

/// The machine list of a run, as it was read.
pub(crate) fn inventory(connection: &Connection, run: RunId) -> Result<Inventory> {
    let (service, number) = connection.query_row(
        "SELECT service, inventory FROM run WHERE id = ?1",
        [run.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    read(connection, service, number)
}

/// The list with this number, whose machines belong to this service.
pub(crate) fn read(connection: &Connection, service: i64, number: i64) -> Result<Inventory> {
    let (mut inventory, written) = connection.query_row(
        "SELECT file, columns, duplicates, rejected, digest, fetched_at_ms, query, is_whole
         FROM inventory WHERE id = ?1",
        [number],
        |row| Ok((head(row)?, row.get::<_, Vec<u8>>(4)?)),
    )?;
    let mut statement = connection.prepare(
        "SELECT machine_id, line, cells
         FROM inventory_machine
         JOIN machine ON machine.id = inventory_machine.machine
         WHERE inventory = ?1
         ORDER BY position",
    )?;
    let [columns, rejected] = cells(&inventory)?;
    let mut digest = Fingerprint::new(service, &inventory, [&columns, &rejected]);
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let machine = machine(row)?;
        digest.add(&machine, row.get_ref(2)?.as_bytes()?);
        inventory.machines.push(machine);
        inventory.cells.push(from_json::<Vec<Text<'_>>>(row, 2)?);
    }
    inventory.skipped = skipped::read(connection, number, inventory.columns.len())?;
    skipped::add_to(&mut digest, &inventory.skipped)?;
    digest.add_origin(inventory.fetched.as_ref());
    if digest.finish() != written {
        return Err(damage("the list of machines does not match its checksum"));
    }
    inventory.shrink_to_fit();
    Ok(inventory)
}

fn head(row: &Row<'_>) -> Result<Inventory> {
    let rejected: Vec<(u64, String)> = from_json(row, 3)?;
    let rejected = rejected.into_iter();
    let columns: Vec<String> = from_json(row, 1)?;
    let fetched_at: Option<i64> = row.get(5)?;
    let fetched = fetched_at.map(|at| {
        Ok::<_, Error>(Fetched {
            as_of: time(at),
            query: row.get(6)?,
            is_whole: row.get(7)?,
        })
    });
    Ok(Inventory {
        file: row.get(0)?,
        fetched: fetched.transpose()?,
        cells: Cells::new(columns.len()),
        columns,
        duplicates: row.get(2)?,
        rejected: rejected
            .map(|(line, input)| RejectedRow { line, input })
            .collect(),
        ..Inventory::default()
    })
}

fn machine(row: &Row<'_>) -> Result<InventoryMachine> {
    Ok(InventoryMachine {
        id: parse(row.get_ref(0)?.as_str()?)?,
        line: row.get(1)?,
    })
}
