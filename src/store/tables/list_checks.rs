//! The service's list next to the list of a run, compared when the reports are rendered.

use rusqlite::{Connection, OptionalExtension, Result, params};
use sha2::{Digest, Sha256};

use super::{inventories, runs::RunId};
use crate::{inventory::Inventory, store::error::damage};

/// The service's list; or why there is none, as a sentence.
pub type ServiceListResult = std::result::Result<Inventory, String>;

/// Records the service's list for a run, replacing an earlier one.
pub(crate) fn insert(
    connection: &Connection,
    run: RunId,
    list: std::result::Result<&Inventory, &str>,
) -> Result<()> {
    let inventory = match list {
        Ok(list) => Some(inventories::insert(
            connection,
            service(connection, run)?,
            list,
        )?),
        Err(_) => None,
    };
    let problem = list.err();
    connection.execute(
        "INSERT OR REPLACE INTO list_check (run, inventory, problem, checksum)
         VALUES (?1, ?2, ?3, ?4)",
        params![run.0, inventory, problem, checksum(run, inventory, problem)],
    )?;
    Ok(())
}

/// The service's list next to that of a run; `None` if the run did not request it.
pub(crate) fn read(connection: &Connection, run: RunId) -> Result<Option<ServiceListResult>> {
    let row = connection
        .query_row(
            "SELECT inventory, problem, checksum FROM list_check WHERE run = ?1",
            [run.0],
            |row| {
                let (inventory, problem) = (row.get(0)?, row.get::<_, Option<String>>(1)?);
                Ok((inventory, problem, row.get::<_, i64>(2)?))
            },
        )
        .optional()?;
    let Some((inventory, problem, written)) = row else {
        return Ok(None);
    };
    if checksum(run, inventory, problem.as_deref()) != written {
        return Err(damage(
            "the stored list of the service does not match its checksum",
        ));
    }
    let service = service(connection, run)?;
    inventory.map_or_else(
        || Ok(Some(Err(problem.unwrap_or_default()))),
        |list| Ok(Some(Ok(inventories::read(connection, service, list)?))),
    )
}

/// Deletes the service's list of a run.
pub(crate) fn delete(connection: &Connection, run: RunId) -> Result<()> {
    connection.execute("DELETE FROM list_check WHERE run = ?1", [run.0])?;
    Ok(())
}

fn service(connection: &Connection, run: RunId) -> Result<i64> {
    connection.query_row("SELECT service FROM run WHERE id = ?1", [run.0], |row| {
        row.get(0)
    })
}

fn checksum(run: RunId, inventory: Option<i64>, problem: Option<&str>) -> i64 {
    let digest = Sha256::new()
        .chain_update(run.0.to_le_bytes())
        .chain_update(inventory.unwrap_or_default().to_le_bytes())
        .chain_update(problem.unwrap_or_default())
        .finalize();
    i64::from_le_bytes(*digest.first_chunk().unwrap_or(&[0; 8]))
}
