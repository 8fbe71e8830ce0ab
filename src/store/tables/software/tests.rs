use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::date;

use super::*;
use crate::{
    domain::software::{SoftwareRow, SoftwareRows},
    store::file::schema::SCHEMA,
};

const GENERATED: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn machine_id(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

/// A store with two runs of a service.
fn store() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    SCHEMA.migrate(&connection).unwrap();
    let runs = "PRAGMA foreign_keys = OFF;
        INSERT INTO service (id, tenant_id, api_url) VALUES (7, 't', 'u');
        INSERT INTO run (id, service, inventory, application, fleet, started_at_ms, active_at_ms)
        VALUES (1, 7, 1, 1, x'', 0, 0), (2, 7, 1, 1, x'', 0, 0)";
    connection.execute_batch(runs).unwrap();
    connection
}

fn inventory(rows: &[(u8, &str, &str)]) -> RunSoftware {
    let mut all = SoftwareRows::default();
    for (machine, product, version) in rows {
        all.add(&SoftwareRow {
            machine: machine_id(*machine),
            platform: "Windows11",
            product,
            version,
            support_status: "Upcoming EOS Version",
            support_ends: "2026-12-01T00:00:00+00:00",
        });
    }
    RunSoftware::Known(Arc::new(all.finish(GENERATED)))
}

fn count(connection: &Connection, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    connection.query_row(&count, [], |row| row.get(0)).unwrap()
}

#[test]
fn inventory_is_read_as_it_was_kept() {
    let connection = store();
    let first = inventory(&[
        (3, "windows_11", "10.0.1"),
        (3, "edge", "141"),
        (1, "windows_11", "10.0.1"),
        (2, "windows_11", "10.0.1"),
        (2, "edge", "141"),
        (4, "office", "16"),
    ]);
    let second = inventory(&[
        (1, "a", "1"),
        (1, "windows_11", "10.0.1"),
        (2, "windows_11", "10.0.1"),
        (2, "edge", "141"),
    ]);
    set(&connection, RunId(1), &first, GENERATED).unwrap();
    assert_eq!(latest(&connection, 7).unwrap(), Some(RunId(1)));
    set(&connection, RunId(2), &second, GENERATED).unwrap();
    assert_eq!(of_run(&connection, RunId(1)).unwrap(), Some(first));
    assert_eq!(of_run(&connection, RunId(2)).unwrap(), Some(second.clone()));
    assert_eq!(of_run(&connection, RunId(3)).unwrap(), None);
    assert_eq!(latest(&connection, 7).unwrap(), Some(RunId(2)));
    assert_eq!(latest(&connection, 8).unwrap(), None);
    assert_eq!(
        (
            count(&connection, "software_set"),
            count(&connection, "software_version")
        ),
        (4, 4)
    );
    verify(&connection).unwrap();
    let windows = second.inventory().unwrap().sets[0].windows.clone().unwrap();
    assert_eq!(windows.support_ends, Some(date(2026, 12, 1)));
    let missing = RunSoftware::Missing("no answer".to_owned());
    set(&connection, RunId(2), &missing, GENERATED).unwrap();
    assert_eq!(of_run(&connection, RunId(2)).unwrap(), Some(missing));
    assert_eq!(latest(&connection, 7).unwrap(), Some(RunId(1)));
}

#[test]
fn damage_is_recognised() {
    for change in [
        "UPDATE machine_software SET software_set = 1 WHERE software_set = 2",
        "UPDATE run_software SET generated_at_ms = 1",
        "UPDATE run_software SET missing_because = 'x'",
        "DELETE FROM machine_software WHERE machine = 1",
        "DELETE FROM software_version WHERE product = 'edge'",
        "UPDATE software_version SET version = '142' WHERE product = 'edge'",
        "UPDATE software_set SET windows_build = '10.0.2'",
        "UPDATE software_set SET support_ends = NULL",
        "UPDATE machine SET machine_id = replace(machine_id, '01', '03')",
    ] {
        let connection = store();
        let rows = [(1, "windows_11", "10.0.1"), (2, "edge", "141")];
        set(&connection, RunId(1), &inventory(&rows), GENERATED).unwrap();
        assert!(of_run(&connection, RunId(1)).is_ok());
        connection.execute(change, []).unwrap();
        assert!(of_run(&connection, RunId(1)).is_err(), "{change}");
    }
}

#[test]
fn products_in_other_versions_are_found() {
    let connection = store();
    let nights = [
        inventory(&[
            (1, "windows_11", "10.0.1"),
            (1, "edge", "141"),
            (1, "teams", "7"),
            (2, "edge", "1"),
        ]),
        inventory(&[
            (1, "windows_11", "10.0.2"),
            (1, "edge", "141"),
            (1, "office", "16"),
            (2, "edge", "1"),
        ]),
    ];
    for (run, software) in (1..).map(RunId).zip(&nights) {
        set(&connection, run, software, GENERATED).unwrap();
    }
    let answers = "INSERT INTO answer
            (id, machine, run, session, source, as_of_ms, missing, since, checksum, software_set)
        SELECT 10 * run + machine, machine, run, 1, 'calls', 0, '[]', '[]', 0, software_set
        FROM machine_software;
        INSERT INTO answer (id, machine, run, session, source, as_of_ms, missing, since, checksum)
        VALUES (31, 1, 3, 1, 'calls', 0, '[]', '[]', 0)";
    connection.execute_batch(answers).unwrap();
    let changed = |answers| changed_products(&connection, answers).unwrap();
    let expected = ["office", "teams", "windows_11"].map(str::to_owned);
    assert_eq!(changed([11, 21]), expected.clone().into());
    assert_eq!(changed([21, 11]), expected.into());
    // The same software; unknown software; an answer that could not be stored.
    for answers in [[12, 22], [11, 11], [11, 31], [31, 21], [11, -1]] {
        assert_eq!(changed(answers), BTreeSet::new(), "{answers:?}");
    }
}
