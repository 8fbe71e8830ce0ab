//! The store that runs left behind: looked into, and made older.

use patchgap::domain::machine::MachineId;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::Scene;

const NAME: &str = "store.sqlite";

/// A store that no process has open.
pub(crate) struct Kept {
    connection: Connection,
    /// Where it is a copy.
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

    /// A copy of the store as a killed process left it: whoever opens a store brings it in
    /// order, and that is for the next process to do.
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

    /// How often the service did not know a machine in the last run.
    pub(crate) fn times_unknown(&self, machine: MachineId) -> usize {
        let times = self.connection.query_row(
            "SELECT sum(times_unknown) FROM run_machine JOIN machine ON machine.id = machine
             WHERE machine_id = ?1 AND run = (SELECT max(id) FROM run)",
            [machine.to_string()],
            |row| row.get::<_, Option<usize>>(0),
        );
        times.unwrap().unwrap_or_default()
    }

    /// Makes all answers for these machines so much older.
    pub(crate) fn age_answers(&self, machines: &[MachineId], hours: i64) {
        for machine in machines {
            let aged = self.connection.execute(
                "UPDATE answer SET as_of_ms = as_of_ms - ?2 * 3600000
                 WHERE machine IN (SELECT id FROM machine WHERE machine_id = ?1)",
                params![machine.to_string(), hours],
            );
            assert_ne!(aged.unwrap(), 0, "{machine} has no answer");
        }
    }

    /// Makes all runs so much older.
    pub(crate) fn age_runs(&self, hours: i64) {
        self.execute(&format!(
            "UPDATE run SET started_at_ms = started_at_ms - {hours} * 3600000,
                 active_at_ms = active_at_ms - {hours} * 3600000"
        ));
    }

    /// Changes it in another way.
    pub(crate) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }
}
