//! The number of machines that missed the updates of each month in a run.

use rusqlite::{Connection, Result, params};

use super::runs::RunId;
use crate::{
    domain::release::{ReleaseCount, ReleaseMonth},
    store::error::damage,
};

/// Records the counts of a run, replacing earlier ones.
pub(crate) fn set(connection: &mut Connection, run: RunId, counts: &[ReleaseCount]) -> Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM run_release WHERE run = ?1", [run.0])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO run_release (run, year, month, machines) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for ReleaseCount { month, machines } in counts {
        insert.execute(params![run.0, month.year(), month.month(), machines])?;
    }
    drop(insert);
    transaction.commit()
}

/// The counts of a run, by month.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Vec<ReleaseCount>> {
    let mut find = connection.prepare_cached(
        "SELECT year, month, machines FROM run_release WHERE run = ?1 ORDER BY year, month",
    )?;
    let counts = find.query_map([run.0], |row| {
        let month = ReleaseMonth::new(row.get(0)?, row.get(1)?);
        Ok(ReleaseCount {
            month: month.ok_or_else(|| damage("a release has an invalid month"))?,
            machines: row.get(2)?,
        })
    })?;
    counts.collect()
}
