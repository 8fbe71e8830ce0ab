//! Every cell of every table is what the CSV files hold.

use std::sync::Arc;

use calamine::Data;

use super::read::{TABLES, csv, has_no_current_data, open, rows, sides};
use crate::{
    inventory::read_from,
    kb::MissingKb,
    machine::MachineId,
    outcome::{Answer, Outcome},
    report::fixture::{Fixture, not_found},
    simulator::Fleet,
};

/// The statuses of the machines as a workbook has them, in its order.
fn statuses(fixture: &Fixture) -> Vec<&'static str> {
    fixture.with_run(|run| {
        let machines = run.fleet.machines.iter();
        let status = machines.map(|machine| {
            if has_no_current_data(machine) {
                return "no current data";
            }
            machine.status().as_str()
        });
        status.collect()
    })
}

/// Compares all tables, and returns how many cells that were.
pub(super) fn compare(fixture: &Fixture) -> usize {
    let mut book = open(fixture);
    book.load_tables().unwrap();
    let statuses = statuses(fixture);
    let mut compared = 0;
    for (sheet, table, file) in TABLES {
        let mut expected = csv(fixture, file);
        let header = expected.remove(0);
        let mut found = rows(&mut book, sheet);
        if expected.is_empty() {
            assert_eq!(found.len(), 1, "{sheet}: a sentence");
            assert!(book.table_by_name(table).is_err(), "{sheet}");
            continue;
        }
        let names: Vec<String> = found.remove(0).iter().map(Data::to_string).collect();
        assert_eq!(book.table_by_name(table).unwrap().columns(), names);
        assert_eq!(found.len(), expected.len(), "{sheet}: rows");
        for (row, (expected, found)) in expected.iter().zip(&found).enumerate() {
            for (place, column) in header.iter().enumerate() {
                let mut expected = expected[place].as_str();
                if sheet == "Machines" && column == "status" {
                    expected = statuses[row];
                }
                let found = found.get(place).unwrap_or(&Data::Empty);
                let (expected, found) = sides(column, expected, found);
                assert_eq!(expected, found, "{sheet}, row {row}, {column}");
                compared += 1;
            }
        }
    }
    compared
}

/// A fleet of so many machines, and the night before, when each machine missed a KB less and
/// others failed.
fn fleet(machines: usize) -> Fixture {
    let fleet = Fleet::generate(7, machines);
    let list = fleet.inventory_csv();
    let outcomes = |skipped: usize, failing: usize| {
        let machines = fleet.machines().iter().enumerate();
        let outcomes = machines.map(|(place, machine)| {
            let missing = machine.missing.iter().skip(skipped).cloned().map(Arc::new);
            if place % 10 == failing {
                failed(machine.id)
            } else {
                answered(machine.id, missing.collect())
            }
        });
        outcomes.collect::<Vec<_>>()
    };
    Fixture {
        inventory: read_from(list.as_bytes(), "list.csv", None).unwrap(),
        outcomes: outcomes(0, 3),
        before: Some(outcomes(1, 4)),
        ..Fixture::small()
    }
}

fn answered(machine: MachineId, missing: Vec<Arc<MissingKb>>) -> Outcome {
    Outcome {
        machine,
        attempts: 1,
        times_unknown: 0,
        result: Ok(Answer::new(
            "2026-11-23T13:00:00Z".parse().unwrap(),
            missing,
        )),
    }
}

fn failed(machine: MachineId) -> Outcome {
    Outcome {
        machine,
        ..not_found(0)
    }
}

#[test]
fn a_small_fleet() {
    assert_eq!(
        compare(&Fixture::small()),
        2 * 11 + 5 * 11 + 3 * 9 + 3 * 9,
        "two KBs, five machines, three gaps, three without an answer"
    );
}

#[test]
fn the_second_night() {
    let fixture = Fixture::second_night();
    let changes = csv(&fixture, "changes.csv").len() - 1;
    assert!(changes > 3);
    assert_eq!(compare(&fixture), compare(&Fixture::small()) + changes * 8);
}

#[test]
fn a_fleet_of_hundreds() {
    assert!(compare(&fleet(600)) > 20_000);
}

#[test]
fn machines_that_were_not_seen_are_not_clean() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns[1] = "Last device update".to_owned();
    fixture.inventory.cells = [1, 2, 3, 4, 6]
        .map(|_| ["name", "2026-01-01"])
        .into_iter()
        .collect();
    assert_eq!(
        statuses(&fixture)[..3],
        ["answered", "answered", "no current data"]
    );
    compare(&fixture);
}
