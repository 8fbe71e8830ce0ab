//! The bulk source of a run's answers.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{
    cells::{millis, parse, time},
    runs::RunId,
};
use crate::domain::bulk::BulkReading;

/// Records the source of a run, in place of an earlier record.
pub(crate) fn record(connection: &Connection, run: RunId, bulk: &BulkReading) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO run_bulk (run, source, generated_at_ms, unlisted, rows_without_cve)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            run.0,
            bulk.source.as_str(),
            millis(bulk.generated_at),
            bulk.unlisted,
            bulk.rows_without_cve,
        ],
    )?;
    Ok(())
}

/// The source of a run, if it had one.
pub(crate) fn of(connection: &Connection, run: RunId) -> Result<Option<BulkReading>> {
    let mut find = connection.prepare_cached(
        "SELECT source, generated_at_ms, unlisted, rows_without_cve FROM run_bulk WHERE run = ?1",
    )?;
    let found = find.query_row([run.0], |row| {
        Ok(BulkReading {
            source: parse(row.get_ref(0)?.as_str()?)?,
            generated_at: time(row.get(1)?),
            unlisted: row.get(2)?,
            rows_without_cve: row.get(3)?,
        })
    });
    found.optional()
}
