//! The time up to which the service's changes have been taken into account.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::cells::{millis, time};

/// Advances the watermark of a service.
pub(crate) fn set(connection: &Connection, service: i64, generated_at: Timestamp) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO changes_watermark (service, generated_at_ms) VALUES (?1, ?2)",
        params![service, millis(generated_at)],
    )?;
    Ok(())
}

/// The watermark of a service; `None` if its changes were never requested.
pub(crate) fn of(connection: &Connection, service: i64) -> Result<Option<Timestamp>> {
    let mut find = connection
        .prepare_cached("SELECT generated_at_ms FROM changes_watermark WHERE service = ?1")?;
    let found = find.query_row([service], |row| Ok(time(row.get(0)?)));
    found.optional()
}
