//! Every cell of every table matches the CSV files.

use std::{collections::HashMap, sync::Arc};

use calamine::Data;

use super::read::{TABLES, csv, has_no_current_data, open, rows, sides};
use crate::{
    aggregate::{Answered, RankBy},
    domain::{
        answer::{Answer, Source},
        kb::MissingKb,
        machine::MachineId,
        outcome::Outcome,
    },
    inventory::read_from,
    report::fixture::{Fixture, not_found},
    simulator::Fleet,
};

/// The statuses of the machines in the workbook's words and order.
fn statuses(fixture: &Fixture) -> Vec<&'static str> {
    fixture.with_run(|run| {
        let machines = run.fleet.machines.iter();
        let status = machines.map(|machine| {
            if has_no_current_data(machine) {
                return "no current data";
            }
            if machine.result.as_ref().is_ok_and(Answered::is_unsupported) {
                return "unsupported";
            }
            match &machine.result {
                Ok(answered) if answered.missing == 0 => "fully patched",
                Ok(_) => "has gaps",
                Err(_) => machine.status().as_str(),
            }
        });
        status.collect()
    })
}

/// Compares all tables, and returns the number of cells.
pub(super) fn compare(fixture: &Fixture) -> usize {
    // A chosen order holds in both formats.
    let mut fixture = fixture.clone();
    fixture.facts.rank_by = Some(RankBy::Cve);
    let fixture = &fixture;
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
                let Some(found_at) = place_of(sheet, place, column, &names) else {
                    continue;
                };
                let mut expected = expected[place].as_str();
                if sheet == "Machines" && column == "status" {
                    expected = statuses[row];
                }
                let found = found.get(found_at).unwrap_or(&Data::Empty);
                let (expected, found) = sides(column, expected, found);
                assert_eq!(expected, found, "{sheet}, row {row}, {column}");
                compared += 1;
            }
        }
    }
    compared
}

/// Columns of the CSV files that the long sheets leave out, because other sheets have them.
const LEFT_OUT: [(&str, &[&str]); 1] = [(
    "Gaps",
    &["url", "machineMissedOn", "answeredAt", "daysMissing"],
)];

/// Columns of the CSV files that say what the sheets say elsewhere: the name of the machine beside its
/// id, the run in the summary.
const ELSEWHERE: [&str; 3] = ["machineName", "run", "date"];

/// Columns about KBs that the sheets have only with feeds.
const OF_FEEDS: [&str; 9] = [
    "ransomware",
    "kevDueDate",
    "epssMax",
    "cvssMax",
    "severity",
    "restartRequired",
    "supersedes",
    "supersededBy",
    "releasedOn",
];

/// The position of a column of a CSV file in its sheet: the same order, except for omitted columns and
/// the machines' names after their ids.
fn place_of(sheet: &str, place: usize, column: &str, names: &[String]) -> Option<usize> {
    if ELSEWHERE.contains(&column) {
        return None;
    }
    let position_of = |called: &str| names.iter().position(|name| name == called);
    match (sheet, column) {
        ("KBs" | "Machines", "oldestSince") => return position_of("Oldest gap since (UTC)"),
        ("KBs", "medianDaysMissing") => return position_of("Median days missing"),
        ("Machines", "skippedBecause") => return position_of("Skipped because"),
        ("Machines" | "Changes", "source") => return position_of("Source"),
        ("Machines", "windowsBuild") => return position_of("Windows build"),
        ("Machines", "supportStatus") => return position_of("Support status"),
        ("Machines", "supportEnds") => return position_of("Support ends"),
        ("Machines", "inferredFrom") => return position_of("Inferred from"),
        ("Gaps", "since" | "source" | "knownExploited" | "accepted" | "overdue") => {
            return None;
        }
        (_, "distinctCves") => return position_of("Distinct CVEs"),
        (_, "knownExploited") => return position_of("Known exploited"),
        ("KBs", risk) if OF_FEEDS.contains(&risk) => return None,
        _ => {}
    }
    if ["KBs", "Machines"].contains(&sheet) {
        return (place < names.len()).then_some(place);
    }
    let called = match column {
        "change" => "Change",
        "line" => "Line",
        "input" => "Input",
        "machineId" => "Machine id",
        "kbId" => "KB",
        "replacedBy" => "Replaced by",
        "name" => "Name",
        "productsNames" => "Products",
        "cveAddressed" => "CVEs",
        "osBuild" => "OS build",
        "since" => "Since (UTC)",
        "reason" => "Reason",
        "httpStatus" => "HTTP status",
        "code" => "Code",
        "message" => "Message",
        "correlationId" => "Correlation id",
        "attempts" => "Attempts",
        other => {
            let left_out = LEFT_OUT.iter().filter(|(it, _)| *it == sheet);
            assert!(
                left_out.flat_map(|(_, it)| *it).any(|it| *it == other),
                "{sheet}: {other}"
            );
            return None;
        }
    };
    Some(position_of(called).unwrap())
}

#[test]
fn machine_names_appear_in_every_sheet() {
    let fixture = fleet(40);
    let mut book = open(&fixture);
    let called = fixture.with_run(|run| {
        let machines = run.inventory.machines.iter().enumerate();
        let called = machines.map(|(place, machine)| {
            let name = run.inventory.name(place).unwrap_or_default().to_owned();
            (machine.id.to_string(), name)
        });
        called.collect::<HashMap<_, _>>()
    });
    for sheet in ["Gaps", "Changes", "Not answered"] {
        let mut rows = rows(&mut book, sheet);
        let header = rows.remove(0);
        let place = |name: &str| header.iter().position(|it| *it == name).unwrap();
        let (id, name) = (place("Machine id"), place("Machine"));
        assert!(!rows.is_empty(), "{sheet}");
        for row in rows {
            assert_eq!(
                row[name].to_string(),
                called[&row[id].to_string()],
                "{sheet}"
            );
        }
    }
}

/// A fleet of this size, and the night before with one KB less for each machine and other failures.
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
            Source::Calls,
            "2026-11-23T13:00:00Z".parse().unwrap(),
            missing.into(),
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
fn cells_of_a_small_fleet_match_the_csv_files() {
    assert_eq!(
        compare(&Fixture::small()),
        2 * 13 + 5 * 12 + 3 * 6 + 3 * 9,
        "two KBs, five machines, three gaps, three without an answer"
    );
}

#[test]
fn cells_of_the_second_night_match_the_csv_files() {
    let fixture = Fixture::second_night();
    let changes = csv(&fixture, "changes.csv").len() - 1;
    assert!(changes > 3);
    assert_eq!(compare(&fixture), compare(&Fixture::small()) + changes * 8);
}

#[test]
fn cells_of_a_large_fleet_match_the_csv_files() {
    assert!(compare(&fleet(600)) > 20_000);
}

#[test]
fn machines_not_seen_are_not_clean() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns[1] = "Last device update".to_owned();
    fixture.inventory.cells = [1, 2, 3, 4, 6]
        .map(|_| ["name", "2026-01-01"])
        .into_iter()
        .collect();
    assert_eq!(
        statuses(&fixture)[..3],
        ["has gaps", "has gaps", "no current data"]
    );
    compare(&fixture);
}
