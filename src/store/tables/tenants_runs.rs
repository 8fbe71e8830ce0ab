//! Runs over the tenants of a file, and their finished tenants.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::cells::{millis, time};

/// A run over tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TenantsRun {
    pub(crate) id: i64,
    pub(crate) started_at: Timestamp,
}

/// The latest run over the tenants of a file, if it was active since a time and is not finished.
pub(crate) fn unfinished(
    connection: &Connection,
    file: &str,
    since: Timestamp,
) -> Result<Option<TenantsRun>> {
    let mut find = connection.prepare(
        "SELECT id, started_at_ms FROM tenants_run
         WHERE id = (SELECT max(id) FROM tenants_run WHERE file = ?1)
             AND ended = 0
             AND max(
                 active_at_ms,
                 (SELECT ifnull(max(active_at_ms), 0) FROM run
                  WHERE run.started_at_ms >= tenants_run.started_at_ms)
             ) >= ?2",
    )?;
    let found = find.query_row(params![file, millis(since)], |row| {
        Ok(TenantsRun {
            id: row.get(0)?,
            started_at: time(row.get(1)?),
        })
    });
    found.optional()
}

/// Begins a run over the tenants of a file, and deletes all earlier runs over them.
pub(crate) fn begin(connection: &Connection, file: &str, now: Timestamp) -> Result<TenantsRun> {
    connection.execute(
        "DELETE FROM tenants_run_done
         WHERE tenants_run IN (SELECT id FROM tenants_run WHERE file = ?1)",
        [file],
    )?;
    connection.execute("DELETE FROM tenants_run WHERE file = ?1", [file])?;
    connection.execute(
        "INSERT INTO tenants_run (file, started_at_ms, active_at_ms) VALUES (?1, ?2, ?2)",
        params![file, millis(now)],
    )?;
    Ok(TenantsRun {
        id: connection.last_insert_rowid(),
        started_at: now,
    })
}

/// A finished tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneTenant {
    /// Its name.
    pub name: String,
    /// Its id, as configured.
    pub tenant_id: String,
    /// Its entry in the overview, as JSON.
    pub digest: String,
}

/// The finished tenants of a run.
pub(crate) fn done(connection: &Connection, run: i64) -> Result<Vec<DoneTenant>> {
    let mut find = connection
        .prepare("SELECT name, tenant_id, digest FROM tenants_run_done WHERE tenants_run = ?1")?;
    let rows = find.query_map([run], |row| {
        Ok(DoneTenant {
            name: row.get(0)?,
            tenant_id: row.get(1)?,
            digest: row.get(2)?,
        })
    })?;
    rows.collect()
}

/// Records that a tenant is finished.
pub(crate) fn record(
    connection: &Connection,
    run: i64,
    tenant: &DoneTenant,
    now: Timestamp,
) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO tenants_run_done (tenants_run, name, tenant_id, digest)
         VALUES (?1, ?2, ?3, ?4)",
        params![run, tenant.name, tenant.tenant_id, tenant.digest],
    )?;
    connection.execute(
        "UPDATE tenants_run SET active_at_ms = ?2 WHERE id = ?1",
        params![run, millis(now)],
    )?;
    Ok(())
}

/// Records that a run stops; `ended` is whether it is finished.
pub(crate) fn stop(connection: &Connection, run: i64, ended: bool, now: Timestamp) -> Result<()> {
    connection.execute(
        "UPDATE tenants_run SET active_at_ms = ?2, ended = ?3 WHERE id = ?1",
        params![run, millis(now), ended],
    )?;
    Ok(())
}
