//! A last-seen column that is not understood: every report that counts clean machines mentions it.

use calamine::{Data, Reader, Xlsx};

use super::super::*;
use crate::report::{fixture::Fixture, terminal::Style};

/// Five machines, the third of them without gaps, last seen at these times.
fn fixture(cells: [&str; 5]) -> Fixture {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = vec!["Device Name".to_owned(), "Last seen (UTC)".to_owned()];
    fixture.inventory.cells = cells.into_iter().map(|cell| ["name", cell]).collect();
    fixture
}

/// A report as bytes.
fn rendered(run: &Run<'_>, name: &str) -> Vec<u8> {
    let reports = reports(&[Format::Json, Format::Html, Format::Xlsx]);
    let report = reports.iter().find(|report| report.file_name() == name);
    let mut bytes = Vec::new();
    report.unwrap().render(run, &mut bytes).unwrap();
    bytes
}

/// The value beside a name in the workbook's summary.
fn figure(workbook: Vec<u8>, name: &str) -> Option<Data> {
    let mut book = Xlsx::new(io::Cursor::new(workbook)).unwrap();
    let summary = book.worksheet_range("Summary").unwrap();
    let mut rows = summary.rows();
    let row = rows.find(|row| row.iter().any(|cell| *cell == name))?;
    row.get(1).cloned()
}

/// Which reports mention one clean machine that may be silent, with this reason.
fn said(cells: [&str; 5], reason: &str) -> [bool; 5] {
    fixture(cells).with_run(|run| {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let page = text(rendered(run, "report.html"));
        let screen = terminal::screen(run, 100, Style::Plain);
        let summary: serde_json::Value =
            serde_json::from_slice(&rendered(run, "summary.json")).unwrap();
        let workbook = rendered(run, "report.xlsx");
        let sentence = "1 machine without missing updates may simply be offline";
        [
            screen.contains(&format!("{sentence}: ")) && screen.contains(reason),
            page.contains(sentence) && page.contains(reason),
            markdown(run).contains(sentence),
            summary["machines"]["lastSeenNotUnderstood"] == 1,
            figure(workbook, "  of these, last seen not understood") == Some(Data::Float(1.0)),
        ]
    })
}

#[test]
fn ambiguous_date_order_is_noted_in_every_report() {
    let undecided = [
        "05/11/2026",
        "06/11/2026",
        "07/11/2026",
        "08/11/2026",
        "09/11/2026",
    ];
    assert_eq!(
        said(undecided, "whether the day or the month comes first"),
        [true; 5]
    );
    let mut mixed = undecided;
    (mixed[0], mixed[1]) = ("20/11/2026", "11/20/2026");
    assert_eq!(said(mixed, "others with the month first"), [true; 5]);
    let mut form = undecided;
    form[2] = "last tuesday";
    assert_eq!(said(form, "cannot be read as a time"), [true; 5]);
}

#[test]
fn readable_dates_are_noted_in_no_report() {
    for (last, clean) in [("20/11/2026", 1), ("20/08/2026", 0)] {
        let cells = ["05/11/2026", "06/11/2026", last, "08/11/2026", ""];
        assert_eq!(said(cells, ""), [false; 5], "{last}");
        fixture(cells).with_run(|run| assert_eq!(run.fleet.coverage.clean, clean, "{last}"));
    }
    // Cells of machines with gaps, or without an answer, do not affect clean ones.
    let cells = ["yesterday", "", "2026-11-20", "never", "05/11/2026"];
    assert_eq!(said(cells, ""), [false; 5]);
}
