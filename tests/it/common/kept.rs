//! The store left by runs: inspected, and made older.

use patchgap::domain::machine::MachineId;
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::Scene;

const NAME: &str = "store.sqlite";

/// A store that no process has open.
pub(crate) struct Kept {
    connection: Connection,
    /// The folder of a copy.
    _folder: Option<TempDir>,
}

impl Scene {
    /// The store itself.
    pub(crate) fn kept(&self) -> Kept {
        Kept {
            connection: Connection::open(self.path(NAME)).unwrap(),
            _folder: None,
        }
    }

    /// A copy of the store as a killed process left it. Opening the original would recover it,
    /// which is the task of the next process.
    pub(crate) fn copy_of_kept(&self) -> Kept {
        let folder = tempfile::tempdir().unwrap();
        for suffix in ["", "-wal"] {
            let name = format!("{NAME}{suffix}");
            if self.path(&name).exists() {
                std::fs::copy(self.path(&name), folder.path().join(&name)).unwrap();
            }
        }
        Kept {
            connection: Connection::open(folder.path().join(NAME)).unwrap(),
            _folder: Some(folder),
        }
    }
}

impl Kept {
    /// Machines that have an answer in the last run.
    pub(crate) fn answered(&self) -> std::collections::BTreeSet<MachineId> {
        let mut statement = self
            .connection
            .prepare(
                "SELECT machineId FROM machines
                 WHERE status = 'answered' AND run = (SELECT max(id) FROM run)",
            )
            .unwrap();
        let ids = statement.query_map([], |row| row.get::<_, String>(0));
        ids.unwrap()
            .map(|id| id.unwrap().parse().unwrap())
            .collect()
    }

    /// Number of not-found replies for a machine in the last run.
    pub(crate) fn times_unknown(&self, machine: MachineId) -> usize {
        let times = self.connection.query_row(
            "SELECT sum(times_unknown) FROM run_machine JOIN machine ON machine.id = machine
             WHERE machine_id = ?1 AND run = (SELECT max(id) FROM run)",
            [machine.to_string()],
            |row| row.get::<_, Option<usize>>(0),
        );
        times.unwrap().unwrap_or_default()
    }

    /// Makes all answers for these machines older.
    pub(crate) fn age_answers(&self, machines: &[MachineId], hours: i64) {
        for machine in machines {
            let aged = self.connection.execute(
                "UPDATE answer SET as_of_ms = as_of_ms - ?2 * 3600000
                 WHERE machine IN (SELECT id FROM machine WHERE machine_id = ?1)",
                params![machine.to_string(), hours],
            );
            assert_ne!(aged.unwrap(), 0, "{machine} has no answer");
        }
        seal_answers(&self.connection);
    }

    /// Makes all runs older.
    pub(crate) fn age_runs(&self, hours: i64) {
        self.execute(&format!(
            "UPDATE run SET started_at_ms = started_at_ms - {hours} * 3600000,
                 active_at_ms = active_at_ms - {hours} * 3600000"
        ));
    }

    /// Executes SQL on it.
    pub(crate) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }
}

/// Recomputes the checksum of each answer, so that a store made older does not look damaged.
pub(crate) fn seal_answers(store: &Connection) {
    // No gap is newer than its answer.
    let capped = "UPDATE answer SET since = (
            SELECT json_group_array(iif(key % 2 = 0, min(value, as_of_ms), value))
            FROM json_each(since)
        )";
    store.execute(capped, []).unwrap();
    let mut answers = store
        .prepare("SELECT id, machine, as_of_ms, source, inferred_from, missing, since FROM answer")
        .unwrap();
    let sealed = answers.query_map([], |row| Ok([row.get(0)?, checksum(row)?]));
    let sealed: Vec<[i64; 2]> = sealed.unwrap().map(Result::unwrap).collect();
    for answer in sealed {
        let seal = "UPDATE answer SET checksum = ?2 WHERE id = ?1";
        store.execute(seal, answer).unwrap();
    }
}

fn checksum(answer: &Row<'_>) -> rusqlite::Result<i64> {
    let digest = Sha256::new()
        .chain_update(answer.get::<_, i64>(1)?.to_le_bytes())
        .chain_update(answer.get::<_, i64>(2)?.to_le_bytes())
        .chain_update(answer.get::<_, String>(3)?)
        .chain_update([0])
        .chain_update(answer.get::<_, Option<String>>(4)?.unwrap_or_default())
        .chain_update([0])
        .chain_update(answer.get::<_, String>(5)?)
        .chain_update([0])
        .chain_update(answer.get::<_, String>(6)?)
        .finalize();
    Ok(i64::from_le_bytes(*digest.first_chunk().unwrap()))
}
