//! How a run selected the machines to call for, if it did not call for all of them.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::runs::RunId;
use crate::domain::{
    accuracy::Accuracy,
    call_selection::{AnnouncedChanges, CallSelection},
};

/// Records the selection of a run, replacing an earlier one, or deletes it.
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
        "INSERT INTO run_selection (run, source, cohorts, rechecked, differed, everyone_because,
             named, changed, changed_named, changed_by_software)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            run.0,
            selection.source,
            selection.cohorts,
            selection.rechecked.machines,
            selection.rechecked.differed,
            selection.everyone_because,
            selection.named,
            selection.announced.changed,
            selection.announced.named,
            selection.announced.by_software,
        ],
    )?;
    Ok(())
}

/// The selection of a run; `None` if it called for every machine.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Option<CallSelection>> {
    let mut find = connection.prepare_cached(
        "SELECT source, cohorts, rechecked, differed, everyone_because, named, changed,
             changed_named, changed_by_software
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
            named: row.get(5)?,
            announced: AnnouncedChanges {
                changed: row.get(6)?,
                named: row.get(7)?,
                by_software: row.get(8)?,
            },
        })
    });
    read.optional()
}
