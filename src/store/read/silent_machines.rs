//! The machines about which the service had no current data in an earlier run.

use std::collections::HashSet;

use rusqlite::{Connection, Result, params};

use super::earlier_runs::{base_machines, is_same_fleet};
use crate::{
    domain::{machine::MachineId, skip_reason::SkipReason},
    store::tables::{cells::parse, runs::RunId},
};

/// The machines that were silent in the latest earlier run of the same machines: skipped, or with an empty
/// answer that therefore means nothing.
pub(crate) fn silent_before(connection: &Connection, run: RunId) -> Result<HashSet<MachineId>> {
    let mut silent = HashSet::new();
    for earlier in runs_before(connection, run)? {
        if is_same_fleet(connection, earlier, run)? {
            let machines = base_machines(connection, earlier)?.into_iter();
            silent.extend(
                machines
                    .filter(|it| it.no_current_data)
                    .map(|it| it.machine),
            );
            silent.extend(skipped(connection, earlier)?);
            break;
        }
    }
    Ok(silent)
}

fn runs_before(connection: &Connection, run: RunId) -> Result<Vec<RunId>> {
    let mut find = connection.prepare(
        "SELECT id FROM run
         WHERE id < ?1 AND service = (SELECT service FROM run WHERE id = ?1)
         ORDER BY id DESC",
    )?;
    let runs = find.query_map([run.0], |row| Ok(RunId(row.get(0)?)))?;
    runs.collect()
}

fn skipped(connection: &Connection, run: RunId) -> Result<Vec<MachineId>> {
    let mut find = connection.prepare(
        "SELECT machine_id
         FROM run JOIN inventory_skipped ON inventory_skipped.inventory = run.inventory
         WHERE run.id = ?1 AND reason = ?2",
    )?;
    let silent = SkipReason::Silent.as_str();
    let machines = find.query_map(params![run.0, silent], |row| {
        parse(row.get_ref(0)?.as_str()?)
    })?;
    machines.collect()
}
