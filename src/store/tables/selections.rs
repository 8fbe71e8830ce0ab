//! How a run went that did not call for every machine.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::runs::RunId;
use crate::domain::{accuracy::Accuracy, call_selection::CallSelection};

/// Records the selection of a run instead of an earlier one, or deletes it.
pub(crate) fn set(
    connection: &Connection,
    run: RunId,
    selection: Option<&CallSelection>,
) -> Result<()> {
    connection.execute("DELETE FROM run_selection WHERE run = ?1", [run.0])?;
    let Some(selection) = selection else {
        return Ok(());
    };
    connection.execute(
        "INSERT INTO run_selection (run, source, cohorts, rechecked, differed, everyone_because)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            run.0,
            selection.source,
            selection.cohorts,
            selection.rechecked.machines,
            selection.rechecked.differed,
            selection.everyone_because
        ],
    )?;
    Ok(())
}

/// The selection of a run; `None` if it called for every machine.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Option<CallSelection>> {
    let mut find = connection.prepare_cached(
        "SELECT source, cohorts, rechecked, differed, everyone_because
         FROM run_selection WHERE run = ?1",
    )?;
    let read = find.query_row([run.0], |row| {
        Ok(CallSelection {
            source: row.get(0)?,
            cohorts: row.get(1)?,
            rechecked: Accuracy {
                machines: row.get(2)?,
                differed: row.get(3)?,
            },
            everyone_because: row.get(4)?,
        })
    });
    read.optional()
}
