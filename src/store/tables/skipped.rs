//! The machines of a list that are not requested.

use rusqlite::{
    Connection, Result, params,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    cells::{Text, from_json, parse, write_list},
    fingerprint::Fingerprint,
};
use crate::inventory::{Cells, InventoryMachine, Skipped, SkippedMachine};

/// Inserts the skipped machines of a list.
pub(super) fn insert(connection: &Connection, inventory: i64, skipped: &Skipped) -> Result<()> {
    let mut insert = connection.prepare(
        "INSERT INTO inventory_skipped (inventory, position, machine_id, line, reason, cells)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let (mut id, mut cells) = ([0; 40], Vec::new());
    for (position, machine) in skipped.machines.iter().enumerate() {
        write_list(skipped.cells.row(position), &mut cells)?;
        insert.execute(params![
            inventory,
            position,
            machine.listed.id.encode(&mut id),
            machine.listed.line,
            machine.reason.as_str(),
            ToSqlOutput::Borrowed(ValueRef::Text(&cells))
        ])?;
    }
    Ok(())
}

/// Adds the skipped machines to the fingerprint of their list.
pub(super) fn add_to(digest: &mut Fingerprint, skipped: &Skipped) -> Result<()> {
    let mut cells = Vec::new();
    for (position, machine) in skipped.machines.iter().enumerate() {
        write_list(skipped.cells.row(position), &mut cells)?;
        digest.add(&machine.listed, &cells);
        digest.add_text(machine.reason.as_str());
    }
    Ok(())
}

/// The skipped machines of a list, which has `width` extra columns.
pub(super) fn read(connection: &Connection, inventory: i64, width: usize) -> Result<Skipped> {
    let mut statement = connection.prepare(
        "SELECT machine_id, line, reason, cells
         FROM inventory_skipped
         WHERE inventory = ?1
         ORDER BY position",
    )?;
    let mut skipped = Skipped {
        machines: Vec::new(),
        cells: Cells::new(width),
    };
    let mut rows = statement.query([inventory])?;
    while let Some(row) = rows.next()? {
        skipped.machines.push(SkippedMachine {
            listed: InventoryMachine {
                id: parse(row.get_ref(0)?.as_str()?)?,
                line: row.get(1)?,
            },
            reason: parse(row.get_ref(2)?.as_str()?)?,
        });
        skipped.cells.push(from_json::<Vec<Text<'_>>>(row, 3)?);
    }
    if skipped.machines.is_empty() {
        return Ok(Skipped::default());
    }
    Ok(skipped)
}
