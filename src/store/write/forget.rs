//! Forgets machines: deletes all data about them, in every run.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::close::DELETE_UNNEEDED;
use crate::{
    domain::machine::MachineId,
    store::tables::{
        answer_cells::AnswerCells, cross_checks, fingerprint::fleet, inventories, list_checks,
        runs::RunId, software,
    },
};

/// The result of forgetting machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// The number of machines.
    pub machines: u64,
    /// The number of runs that had any of them.
    pub runs: u64,
}

/// The machines being forgotten.
const CREATE_FORGOTTEN: &str =
    "CREATE TEMP TABLE forgotten (machine_id TEXT PRIMARY KEY) WITHOUT ROWID";

/// The store's numbers of these machines.
const SELECT_NUMBERS: &str =
    "SELECT id FROM machine WHERE machine_id IN (SELECT machine_id FROM forgotten)";

/// Forgets these machines.
pub(crate) fn forget(connection: &mut Connection, machines: &[MachineId]) -> Result<Forgotten> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(CREATE_FORGOTTEN, [])?;
    let mut insert = transaction.prepare("INSERT OR IGNORE INTO forgotten VALUES (?1)")?;
    for machine in machines {
        insert.execute([machine.encode(&mut [0; 40])])?;
    }
    drop(insert);
    let machines: HashSet<MachineId> = machines.iter().copied().collect();
    let runs = runs_with_them(&transaction)?;
    shorten_lists(&transaction, &machines)?;
    shorten_software(&transaction)?;
    shorten_cross_checks(&transaction, &machines)?;
    forget_where_inferred(&transaction)?;
    transaction.execute_batch(&format!(
        "DELETE FROM run_machine WHERE machine IN ({SELECT_NUMBERS});
         DELETE FROM answer WHERE machine IN ({SELECT_NUMBERS});
         DELETE FROM machine WHERE machine_id IN (SELECT machine_id FROM forgotten);
         DROP TABLE forgotten;
         {DELETE_UNNEEDED}"
    ))?;
    transaction.commit()?;
    Ok(Forgotten {
        machines: machines.len() as u64,
        runs,
    })
}

/// Those of these machines about which the store has any data.
pub(crate) fn known(
    connection: &Connection,
    machines: &[MachineId],
) -> Result<BTreeSet<MachineId>> {
    let mut find = connection.prepare(
        "SELECT EXISTS (SELECT 1 FROM machine WHERE machine_id = ?1)
             OR EXISTS (SELECT 1 FROM inventory_skipped WHERE machine_id = ?1)",
    )?;
    let mut known = BTreeSet::new();
    for machine in machines {
        let id = machine.encode(&mut [0; 40]).to_owned();
        if find.query_row([id], |row| row.get(0))? {
            known.insert(*machine);
        }
    }
    Ok(known)
}

/// The lists that contain any of them.
fn lists_with_them() -> String {
    format!(
        "SELECT inventory FROM inventory_machine WHERE machine IN ({SELECT_NUMBERS})
         UNION SELECT inventory FROM inventory_skipped
             WHERE machine_id IN (SELECT machine_id FROM forgotten)"
    )
}

fn runs_with_them(connection: &Connection) -> Result<u64> {
    let lists = lists_with_them();
    let count = format!(
        "SELECT count(*) FROM run
         WHERE inventory IN ({lists})
             OR id IN (SELECT run FROM list_check WHERE inventory IN ({lists}))"
    );
    connection.query_row(&count, [], |row| row.get(0))
}

/// Replaces every list by one without the machines. A run whose list has no other machines is deleted.
fn shorten_lists(connection: &Connection, machines: &HashSet<MachineId>) -> Result<()> {
    let lists = lists_with_them();
    let of_runs = format!("SELECT id, service, inventory FROM run WHERE inventory IN ({lists})");
    for (run, service, list) in rows(connection, &of_runs)? {
        let list = inventories::read(connection, service, list)?.without(machines);
        if list.machines.is_empty() {
            connection.execute("DELETE FROM run WHERE id = ?1", [run])?;
            continue;
        }
        let number = inventories::insert(connection, service, &list)?;
        connection.execute(
            "UPDATE run SET inventory = ?2, fleet = ?3 WHERE id = ?1",
            params![run, number, fleet(&list)],
        )?;
    }
    let beside_runs = format!(
        "SELECT run.id, service, list_check.inventory FROM list_check JOIN run ON run.id = run
         WHERE list_check.inventory IN ({lists})"
    );
    for (run, service, list) in rows(connection, &beside_runs)? {
        let list = inventories::read(connection, service, list)?.without(machines);
        list_checks::insert(connection, RunId(run), Ok(&list))?;
    }
    Ok(())
}

/// Rows of three numbers.
fn rows(connection: &Connection, query: &str) -> Result<Vec<(i64, i64, i64)>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn shorten_software(connection: &Connection) -> Result<()> {
    let runs: Vec<i64> = {
        let find = format!(
            "SELECT DISTINCT run FROM machine_software WHERE machine IN ({SELECT_NUMBERS})"
        );
        let mut find = connection.prepare(&find)?;
        let runs = find.query_map([], |row| row.get(0))?;
        runs.collect::<Result<_>>()?
    };
    let delete = format!("DELETE FROM machine_software WHERE machine IN ({SELECT_NUMBERS})");
    connection.execute(&delete, [])?;
    runs.into_iter()
        .try_for_each(|run| software::renew(connection, RunId(run)))
}

fn shorten_cross_checks(connection: &Connection, machines: &HashSet<MachineId>) -> Result<()> {
    let mut statement = connection.prepare("SELECT run FROM run_cross_check")?;
    let runs = statement.query_map([], |row| Ok(RunId(row.get(0)?)))?;
    for run in runs.collect::<Result<Vec<_>>>()? {
        let Some(mut check) = cross_checks::of_run(connection, run)? else {
            continue;
        };
        let before = check.rows.len();
        check.rows.retain(|row| !machines.contains(&row.machine));
        if check.rows.len() < before {
            cross_checks::set(connection, run, Some(&check))?;
        }
    }
    Ok(())
}

/// Answers of other machines that were inferred from theirs are kept, without naming their origin.
fn forget_where_inferred(connection: &Connection) -> Result<()> {
    let mut find = connection.prepare(
        "SELECT id, source, inferred_from, as_of_ms, missing, since, machine, checksum
         FROM answer WHERE inferred_from IN (SELECT machine_id FROM forgotten)",
    )?;
    let mut forget = connection
        .prepare("UPDATE answer SET inferred_from = NULL, checksum = ?2 WHERE id = ?1")?;
    let mut changed: Vec<(i64, i64)> = Vec::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let cells = AnswerCells {
            inferred_from: None,
            ..AnswerCells::read(row, 1)?
        };
        changed.push((row.get(0)?, cells.checksum()));
    }
    for (answer, checksum) in changed {
        forget.execute([answer, checksum])?;
    }
    Ok(())
}
