//! Reads a workbook and the CSV files.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use jiff::Timestamp;

use crate::{
    aggregate::{Answered, MachineRow},
    report::{Format, Report, fixture::Fixture, reports},
};

use super::super::{MOST_ROWS, Workbook, text::clean};

/// The sheets with tables, and the corresponding CSV files.
pub(super) const TABLES: [(&str, &str, &str); 5] = [
    ("KBs", "Kbs", "kbs.csv"),
    ("Machines", "Machines", "machines.csv"),
    ("Gaps", "Gaps", "gaps.csv"),
    ("Changes", "Changes", "changes.csv"),
    ("Not answered", "NotAnswered", "failures.csv"),
];

pub(super) fn packed(fixture: &Fixture, most_rows: u64) -> Vec<u8> {
    fixture.with_run(|run| {
        let mut bytes = Vec::new();
        Workbook { most_rows }.render(run, &mut bytes).unwrap();
        bytes
    })
}

pub(super) fn open(fixture: &Fixture) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(packed(fixture, MOST_ROWS))).unwrap()
}

/// The rows of a sheet, as wide as the widest.
pub(super) fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// The text of every cell of a sheet, one after the other.
pub(super) fn words(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> String {
    let cells = rows(book, sheet).into_iter().flatten();
    let words: Vec<String> = cells.map(|cell| cell.to_string()).collect();
    words.join("|")
}

/// The parts of the file: names and contents.
pub(in crate::report) fn parts(packed: &[u8]) -> Vec<[String; 2]> {
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
    (0..archive.len())
        .map(|place| {
            let mut part = archive.by_index(place).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            [part.name().unwrap().into_owned(), text]
        })
        .collect()
}

/// The records of a CSV file, the header first, without the formula guard, which a workbook does not
/// need.
pub(super) fn csv(fixture: &Fixture, name: &str) -> Vec<Vec<String>> {
    let mut fixture = fixture.clone();
    fixture.facts.csv_guard = false;
    let reports = reports(&[Format::Csv]);
    let report = reports.iter().find(|it| it.file_name() == name).unwrap();
    let text = fixture.render(report.as_ref());
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader
        .into_records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// The expected and the actual cell in the workbook for a cell of this column of the CSV file, both
/// as text.
pub(super) fn sides(column: &str, expected: &str, found: &Data) -> (String, String) {
    match column {
        "kbId" => (kb(expected), text(found)),
        "topKbId" | "replacedBy" | "kbIds" => {
            let found = text(found);
            let mut readings = kbs(expected).into_iter();
            let first = readings.next().unwrap();
            let reading = readings.find(|it| *it == found);
            (reading.unwrap_or(first), found)
        }
        "percentOfAnswered" => (expected.to_owned(), share(found)),
        "answeredAt" | "since" | "oldestSince" => (expected.to_owned(), time(found)),
        "medianDaysMissing" => (expected.to_owned(), decimal(found)),
        _ if COUNTED.contains(&column) => (expected.to_owned(), number(found)),
        _ => (clean(expected).into_owned(), text(found)),
    }
}

/// The columns with numbers.
const COUNTED: [&str; 11] = [
    "rank",
    "cveAddressed",
    "cveAddressedMin",
    "cveAddressedMax",
    "machinesMissing",
    "exposure",
    "machineMissedOn",
    "missingKbs",
    "line",
    "httpStatus",
    "attempts",
];

fn kb(id: &str) -> String {
    match id {
        "" => "(no KB id)".to_owned(),
        id => clean(&format!("KB{id}")).into_owned(),
    }
}

/// The possible readings of a cell with KBs: an id from outside may contain the separator, and an
/// update without an id looks like none.
fn kbs(ids: &str) -> Vec<String> {
    let several: Vec<String> = ids.split(';').map(kb).collect();
    let several = clean(&several.join(";")).into_owned();
    let mut readings = vec![several, kb(ids)];
    if ids.is_empty() {
        readings.push(String::new());
    }
    readings
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    }
}

fn number(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        other => panic!("{other:?} is no number"),
    }
}

fn decimal(cell: &Data) -> String {
    match cell {
        Data::Float(number) => format!("{number:.1}"),
        other => panic!("{other:?} is no number"),
    }
}

fn share(cell: &Data) -> String {
    match cell {
        Data::Float(share) => format!("{:.1}", share * 100.0),
        other => panic!("{other:?} is no share"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a second of our days")]
fn time(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(time) => {
            let second = (time.as_f64() - 25_569.0) * 86_400.0;
            Timestamp::from_second(second.round() as i64)
                .unwrap()
                .to_string()
        }
        other => panic!("{other:?} is no date"),
    }
}

/// Whether a machine's answer counts as none.
pub(super) fn has_no_current_data(machine: &MachineRow) -> bool {
    machine
        .result
        .as_ref()
        .is_ok_and(Answered::has_no_current_data)
}
