//! The number of machines that missed each KB in a run, and the number of its CVEs that were known to be
//! exploited.

use rusqlite::{Connection, Result, params};

use super::runs::RunId;
use crate::domain::kb::{KbCount, KbId};

/// Records the counts of a run, replacing earlier ones.
pub(crate) fn set(connection: &mut Connection, run: RunId, counts: &[KbCount]) -> Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM run_kb WHERE run = ?1", [run.0])?;
    let mut insert = transaction.prepare(
        "INSERT OR REPLACE INTO run_kb (run, kb_id, machines, exploited) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for count in counts {
        insert.execute(params![
            run.0,
            count.id.as_str(),
            count.machines,
            count.exploited
        ])?;
    }
    drop(insert);
    transaction.commit()
}

/// The counts of a run, by KB.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> Result<Vec<KbCount>> {
    let mut find = connection.prepare_cached(
        "SELECT kb_id, machines, exploited FROM run_kb WHERE run = ?1 ORDER BY kb_id",
    )?;
    let counts = find.query_map([run.0], |row| {
        Ok(KbCount {
            id: KbId::from_stored(row.get_ref(0)?.as_str()?),
            machines: row.get(1)?,
            exploited: row.get(2)?,
        })
    })?;
    counts.collect()
}
