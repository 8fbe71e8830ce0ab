//! A column is defined once, and every format shows it.

use std::{any::Any, cell::RefCell, io::Cursor};

use calamine::{Reader, Xlsx};
use serde_json::Value;

use super::{
    Cell, Column, Encoding, Gaps, Kbs, Kind, MachineContext, MachineLine, MachineNames, Machines,
    Scope, Table, Target,
};
use crate::{
    inventory::{Inventory, OWN_COLUMNS},
    report::{
        Format,
        fixture::Fixture,
        reports,
        terminal::{self, Style},
    },
};

thread_local! {
    /// A column that a test adds to a table.
    static ADDED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// The column that the test of this thread adds to a table.
pub(super) fn added<T: Table>() -> Option<Column<T>> {
    ADDED.with_borrow(|added| added.as_ref()?.downcast_ref::<Column<T>>().copied())
}

/// The bytes of a report of the second night with an additional column.
fn with<T: Table>(column: Column<T>, format: Format, name: &str) -> Vec<u8> {
    ADDED.set(Some(Box::new(column)));
    let reports = reports(&[format]);
    let report = reports.iter().find(|it| it.file_name() == name);
    let bytes = Fixture::second_night().with_run(|run| {
        let mut bytes = Vec::new();
        report.unwrap().render(run, &mut bytes).unwrap();
        bytes
    });
    ADDED.set(None);
    bytes
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

const HOSTILE: &str = "=1+1<b>";

/// A column of text from outside, in every format that lists KBs.
fn of_kbs() -> Column<Kbs> {
    Column::<Kbs>::new("added", Kind::Text, |_| Cell::Foreign(HOSTILE))
        .csv()
        .json()
        .sheet("Added", 9)
        .page("Added")
        .data(Encoding::Plain)
        .terminal("added")
}

#[test]
fn new_kb_column_appears_escaped_in_every_format() {
    let csv = text(with(of_kbs(), Format::Csv, "kbs.csv"));
    let mut lines = csv.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .ends_with(",supersedes,supersededBy,releasedOn,added"),
        "{csv}"
    );
    assert!(lines.all(|line| line.ends_with(",'=1+1<b>")), "{csv}");

    let json: Value = serde_json::from_slice(&with(of_kbs(), Format::Json, "report.json")).unwrap();
    assert_eq!(json["kbs"][0]["added"], HOSTILE);

    let page = text(with(of_kbs(), Format::Html, "report.html"));
    let heading = r#"<th scope="col" data-key="added">Added</th>"#;
    let cell = r#"<td class="name" dir="auto">=1+1&#60;b&#62;</td>"#;
    let data = r#""added":["=1+1\u003cb\u003e","#;
    for expected in [heading, cell, data] {
        assert!(page.contains(expected), "{expected}: {page}");
    }

    let workbook = with(of_kbs(), Format::Xlsx, "report.xlsx");
    let mut workbook = Xlsx::new(Cursor::new(workbook)).unwrap();
    let sheet = workbook.worksheet_range("KBs").unwrap();
    let cells = sheet.rows().map(|row| row.last().unwrap().to_string());
    let cells: Vec<String> = cells.take(2).collect();
    assert_eq!(cells, ["Added", HOSTILE]);
    assert!(workbook.worksheet_formula("KBs").unwrap().is_empty());
}

#[test]
fn new_kb_column_appears_on_the_terminal() {
    ADDED.set(Some(Box::new(of_kbs())));
    let shown = Fixture::small().with_run(|run| terminal::render(run, 200, Style::Plain));
    ADDED.set(None);
    let heading = shown.lines().find(|line| line.contains("worst KBs"));
    assert!(heading.unwrap().ends_with("added"), "{shown}");
    assert!(shown.contains(HOSTILE), "{shown}");
}

#[cfg(feature = "parquet")]
#[test]
fn new_gap_column_appears_in_csv_and_parquet() {
    let column = Column::<Gaps>::new("added", Kind::Percent, |_| {
        Cell::Percent(crate::aggregate::Share { part: 1, whole: 40 })
    })
    .csv();
    let csv = text(with(column, Format::Csv, "gaps.csv"));
    assert!(
        csv.lines().skip(1).all(|line| line.ends_with(",2.5")),
        "{csv}"
    );
    let rows = crate::report::parquet::tests::read(with(column, Format::Parquet, "gaps.parquet"));
    assert!(
        rows.iter().all(|row| row.last().unwrap() == "2.5"),
        "{rows:?}"
    );
}

#[test]
fn columns_not_of_a_machine_do_not_depend_on_it() {
    Fixture::small().with_run(|run| {
        let names = super::MachineNames::of(run.inventory);
        let stamp = super::RunStamp::of(run.facts);
        let gap = run.fleet.machines[0].missing(run.gaps).unwrap()[0].clone();
        let lines = [0, 1].map(|at| super::GapLine {
            machine: &run.fleet.machines[at],
            gap: &gap,
            since: run.facts.started_at,
            names: &names,
            stamp,
            mark: crate::policy::GapMark::default(),
        });
        for column in Gaps::COLUMNS
            .iter()
            .filter(|it| it.depends_on == super::DependsOn::Description)
        {
            let [one, other] = [&lines[0], &lines[1]].map(|line| (column.value)(line));
            let shown = |cell: Cell<'_>| cell.for_people(str::to_owned);
            assert_eq!(shown(one), shown(other), "{}", column.key);
        }
    });
}

/// Whether a cell matches the kind of its column; an empty one matches every kind.
fn fits(kind: Kind, cell: Cell<'_>) -> bool {
    match cell {
        Cell::Date(_) => kind == Kind::Date,
        Cell::Empty => true,
        Cell::Flag(_) => kind == Kind::Flag,
        Cell::Foreign(_) => kind == Kind::Text,
        Cell::Gaps(_) => kind == Kind::Gaps,
        Cell::Inventory(..) => kind == Kind::Inventory,
        Cell::Kb(..) => kind == Kind::Kb,
        Cell::Link(_) => kind == Kind::Link,
        Cell::List(_) => kind == Kind::List,
        Cell::Machine(_) => matches!(kind, Kind::Machine | Kind::Text),
        Cell::Number(..) | Cell::Signed(_) => kind == Kind::Number,
        Cell::Decimal(_) => kind == Kind::Decimal,
        Cell::Probability(_) => kind == Kind::Probability,
        Cell::Percent(_) => kind == Kind::Percent,
        Cell::Time(_) => kind == Kind::Time,
        Cell::Word(_) => kind == Kind::Word,
    }
}

fn cells_fit<T: Table>() {
    Fixture::second_night().with_run(|run| {
        T::for_each(run, &mut |row| {
            for column in T::COLUMNS {
                assert!(fits(column.kind, (column.value)(row)), "{}", column.key);
            }
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn cells_match_the_kind_of_their_column() {
    cells_fit::<Kbs>();
    cells_fit::<Machines>();
    cells_fit::<Gaps>();
    cells_fit::<super::Failures>();
    cells_fit::<super::Changes>();
}

fn counts_its_rows<T: Table>() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        fixture.with_run(|run| {
            let mut rows = 0;
            let mut count = |_: &T::Row<'_>| {
                rows += 1;
                Ok(())
            };
            T::for_each(run, &mut count).unwrap();
            assert_eq!(rows, T::count(run), "{}", T::FILE);
        });
    }
}

#[test]
fn row_counts_match_the_rows() {
    counts_its_rows::<Kbs>();
    counts_its_rows::<Machines>();
    counts_its_rows::<Gaps>();
    counts_its_rows::<super::Failures>();
    counts_its_rows::<super::Changes>();
}

#[test]
fn inventory_reserves_the_names_of_our_columns() {
    let inventory = Inventory::default();
    let columns = Machines::COLUMNS.iter();
    let ours = columns.filter(|it| {
        it.is_shown(Target::Csv, Scope::of_list(&inventory)) && it.kind != Kind::Inventory
    });
    let ours: Vec<&str> = ours.map(|it| it.key).collect();
    // Columns that were appended later yield to the list's.
    assert_eq!(
        ours.split_at(OWN_COLUMNS.len()),
        (
            OWN_COLUMNS,
            &[
                "skippedBecause",
                "machineName",
                "oldestSince",
                "run",
                "date",
                "windowsBuild",
                "supportStatus",
                "supportEnds",
                "source",
                "inferredFrom",
                "distinctCves",
                "knownExploited"
            ][..]
        )
    );
}

/// The page holds 200,000 of them.
#[test]
#[cfg(target_pointer_width = "64")]
fn line_of_a_machine_is_small() {
    assert_eq!(size_of::<MachineLine<'_>>(), 24);
}

/// While it grows, a list takes twice its memory for a moment.
#[test]
fn number_of_answered_machines_is_known_in_advance() {
    Fixture::small().with_run(|run| {
        let names = MachineNames::of(run.inventory);
        let context = MachineContext::of(run, &names);
        let answered = Machines::answered(&context);
        assert_eq!(answered.len() as u64, run.fleet.coverage.answered);
    });
}
