//! The contents of the file, read back by the crate's own reader.

use std::sync::Arc;

use hyper::body::Bytes;
use jiff::{Timestamp, ToSpan, civil::date};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};
use proptest::prelude::*;

use super::{
    gaps::{GapsParquet, ROWS},
    *,
};
use crate::{
    domain::{
        kb::{KbId, MissingKb},
        outcome::Outcome,
    },
    report::{
        Format,
        fixture::{Fixture, answer, gap},
        reports,
        time::rfc3339,
    },
};

/// The cells of a row, as `gaps.csv` writes them.
pub(in crate::report) type Cells = Vec<String>;

fn bytes(fixture: &Fixture, most: usize) -> Vec<u8> {
    fixture.with_run(|run| {
        let mut bytes = Vec::new();
        gaps::write(run, most, &mut bytes).unwrap();
        bytes
    })
}

fn reader(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(bytes.into()).unwrap()
}

fn rows_of(bytes: Vec<u8>) -> Vec<Row> {
    let reader = reader(bytes);
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The rows of a file, in cells.
pub(in crate::report) fn read(bytes: Vec<u8>) -> Vec<Cells> {
    rows_of(bytes).iter().map(cells).collect()
}

fn cells(row: &Row) -> Cells {
    row.get_column_iter()
        .map(|(_, field)| cell(field))
        .collect()
}

fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Date(days) => (date(1970, 1, 1) + days.days()).to_string(),
        Field::Double(number) => format!("{number:.1}"),
        Field::TimestampMillis(time) => rfc3339(Timestamp::from_millisecond(*time).unwrap()),
        Field::ListInternal(list) => {
            let texts: Vec<String> = list.elements().iter().map(cell).collect();
            texts.join(";")
        }
        other => panic!("no column holds {other:?}"),
    }
}

/// The rows of `gaps.csv`.
fn expected(fixture: &Fixture) -> Vec<Cells> {
    let mut rows = csv_of(fixture, "gaps.csv");
    rows.remove(0);
    rows
}

/// The header and the rows of a CSV file, without the guard.
fn csv_of(fixture: &Fixture, name: &str) -> Vec<Cells> {
    let mut fixture = fixture.clone();
    fixture.facts.csv_guard = false;
    let reports = reports(&[Format::Csv]);
    let csv = reports.iter().find(|it| it.file_name() == name);
    let text = fixture.render(csv.unwrap().as_ref());
    let rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fn with_outcomes(outcomes: Vec<Outcome>) -> Fixture {
    Fixture {
        outcomes,
        ..Fixture::small()
    }
}

#[test]
fn values_match_gaps_csv() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        assert_eq!(read(bytes(&fixture, ROWS)), expected(&fixture));
    }
}

#[test]
fn columns_match_gaps_csv() {
    let reader = reader(bytes(&Fixture::small(), ROWS));
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<&str> = schema
        .root_schema()
        .get_fields()
        .iter()
        .map(|it| it.name())
        .collect();
    let reports = reports(&[Format::Csv]);
    let csv = reports.iter().find(|it| it.file_name() == "gaps.csv");
    let text = Fixture::small().render(csv.unwrap().as_ref());
    assert_eq!(Some(&*names.join(",")), text.lines().next());
}

#[test]
fn missing_values_are_null_and_lists_are_lists() {
    let rows = rows_of(bytes(&Fixture::small(), ROWS));
    let fields = |row: &Row| -> Vec<Field> {
        row.get_column_iter()
            .map(|(_, field)| field.clone())
            .collect()
    };
    let bare = fields(&rows[1]);
    for place in [2, 4, 5, 7] {
        assert_eq!(bare[place], Field::Null, "column {place}");
    }
    for (row, products) in [(0, 2), (1, 0), (2, 2)] {
        let Field::ListInternal(list) = &fields(&rows[row])[3] else {
            panic!("no list");
        };
        assert_eq!(list.len(), products, "row {row}");
    }
}

#[test]
fn times_keep_their_milliseconds() {
    let rows = rows_of(bytes(&Fixture::small(), ROWS));
    let time = "2026-11-23T13:00:00.25Z".parse::<Timestamp>().unwrap();
    let mut columns = rows[0].get_column_iter();
    let (_, field) = columns.find(|(name, _)| *name == "answeredAt").unwrap();
    assert_eq!(*field, Field::TimestampMillis(time.as_millisecond()));
}

#[test]
fn no_gaps_give_a_file_without_rows() {
    let fixture = with_outcomes(vec![answer(3, Vec::new())]);
    assert_eq!(read(bytes(&fixture, ROWS)), Vec::<Cells>::new());
}

#[test]
fn metadata_describes_the_run_and_not_the_time_of_writing() {
    let mut fixture = Fixture::small();
    fixture.facts.tenant_id = Some("contoso".to_owned());
    let file = bytes(&fixture, ROWS);
    assert_eq!(file, bytes(&fixture, ROWS));
    let reader = reader(file);
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.created_by(), Some("patchgap 0.1.0"));
    let pairs = metadata.key_value_metadata().unwrap().iter();
    let pairs: Vec<_> = pairs
        .map(|it| (it.key.as_str(), it.value.as_deref().unwrap()))
        .collect();
    let expected = [
        ("schemaVersion", "1"),
        ("tenantId", "contoso"),
        ("startedAt", "2026-11-23T12:59:58Z"),
        ("finishedAt", "2026-11-23T13:00:01Z"),
        ("outcome", "partial"),
        ("answered", "3"),
        ("machines", "5"),
    ];
    assert_eq!(pairs, expected);
}

#[test]
fn large_numbers_are_clamped() {
    let missing = MissingKb {
        machine_missed_on: Some(u64::MAX),
        ..gap("1", u64::MAX)
    };
    let rows = read(bytes(&with_outcomes(vec![answer(1, vec![missing])]), ROWS));
    let largest = i64::MAX.to_string();
    assert_eq!(rows[0][5..7], [largest.clone(), largest]);
}

#[test]
fn unreadable_machine_fails_the_report() {
    #[derive(Debug)]
    struct Gone;
    impl crate::domain::gaps::Gaps for Gone {
        fn missing(
            &self,
            _: crate::domain::gaps::AnswerRef,
        ) -> io::Result<crate::domain::kb::MissingKbs> {
            Err(io::Error::other("gone"))
        }

        fn since(
            &self,
            _: crate::domain::gaps::AnswerRef,
        ) -> io::Result<crate::domain::since::MissingSince> {
            Err(io::Error::other("gone"))
        }
    }
    let rendered = Fixture::small().with_run(|run| {
        let run = Run {
            gaps: &Gone,
            ..*run
        };
        GapsParquet.render(&run, &mut io::sink())
    });
    assert_eq!(rendered.unwrap_err().to_string(), "gone");
}

/// A gap with any text, or none, in every field.
fn any_gap() -> impl Strategy<Value = MissingKb> {
    let text = || "(\\PC|[=\t\r\n\",\u{0}\u{202e}]){0,6}";
    let maybe = move || proptest::option::of(text().prop_map(Arc::<str>::from));
    let products = proptest::collection::btree_set("[a-z<&]{1,3}".prop_map(Arc::from), 0..4);
    let numbers = (proptest::option::of(0..9_u64), 0..1000_u64);
    (text(), maybe(), products, maybe(), maybe(), numbers).prop_map(
        |(id, name, products, url, os_build, (machine_missed_on, cve_addressed))| MissingKb {
            id: KbId::new(&id),
            name,
            products: products.into_iter().collect(),
            url,
            machine_missed_on,
            cve_addressed,
            os_build,
            cves: None,
            unreadable: Box::default(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_fleet_round_trips_with_any_row_groups(
        missing in proptest::collection::vec(proptest::collection::vec(any_gap(), 0..5), 4),
        most in 1..5_usize,
    ) {
        let answers = [1, 2, 3, 6].into_iter().zip(missing);
        let fixture = with_outcomes(answers.map(|(number, gaps)| answer(number, gaps)).collect());
        let file = bytes(&fixture, most);
        prop_assert_eq!(read(file), expected(&fixture));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gaps_of_a_lake_are_by_kb_however_many_are_held(
        missing in proptest::collection::vec(proptest::collection::btree_set(1..6_u8, 0..4), 4),
        held in 1..9_u64,
    ) {
        let gaps = |kbs: &std::collections::BTreeSet<u8>| {
            kbs.iter().map(|kb| gap(&kb.to_string(), 1)).collect()
        };
        let answers = [1, 2, 3, 6].into_iter().zip(&missing);
        let answers = answers.map(|(number, kbs)| answer(number, gaps(kbs)));
        let fixture = with_outcomes(answers.collect());
        let file = fixture.with_run(|run| {
            let mut bytes = Vec::new();
            by_kb::write(run, held, &mut bytes).unwrap();
            bytes
        });
        let pairs = |rows: Vec<Cells>| -> Vec<[String; 2]> {
            rows.into_iter().map(|row| [row[1].clone(), row[0].clone()]).collect()
        };
        let mut sorted = pairs(expected(&fixture));
        sorted.sort();
        prop_assert_eq!(pairs(read(file)), sorted);
    }
}

const ROW_BY_ROW: GroupLimits = GroupLimits {
    bytes: usize::MAX,
    rows: 1,
};

fn table_bytes<T: Table>(fixture: &Fixture, limits: GroupLimits) -> Vec<u8> {
    fixture.with_run(|run| {
        let mut bytes = Vec::new();
        write::<T>(run, limits, &mut bytes).unwrap();
        bytes
    })
}

fn names_of(bytes: Vec<u8>) -> Vec<String> {
    let reader = reader(bytes);
    let schema = reader.metadata().file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields().iter();
    fields.map(|field| field.name().to_owned()).collect()
}

/// The header and the rows are those of the CSV file, whatever the row groups.
fn matches_csv<T: Table>(fixture: &Fixture) {
    let mut expected = csv_of(fixture, T::FILE);
    let header = expected.remove(0);
    assert!(!expected.is_empty(), "{}", T::FILE);
    for limits in [GROUP, ROW_BY_ROW, GroupLimits { bytes: 1, rows: 9 }] {
        let file = table_bytes::<T>(fixture, limits);
        assert_eq!(names_of(file.clone()), header, "{}", T::FILE);
        assert_eq!(read(file), expected, "{}", T::FILE);
    }
}

#[test]
fn tables_match_their_csv_files() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        matches_csv::<Kbs>(&fixture);
        matches_csv::<Machines>(&fixture);
    }
    matches_csv::<Changes>(&Fixture::second_night());
}

#[test]
fn changes_are_written_only_with_a_base() {
    let names = |base| {
        let extras = Extras {
            base,
            ..Extras::default()
        };
        crate::report::file_names(&reports(&[Format::Parquet]), extras)
    };
    let always = ["kbs.parquet", "machines.parquet", "gaps.parquet"];
    assert_eq!(names(false), always);
    assert_eq!(names(true)[..3], always);
    assert_eq!(names(true)[3..], ["changes.parquet"]);
}

#[test]
fn machines_without_an_answer_have_nulls_and_clean_ones_an_empty_list() {
    let file = table_bytes::<Machines>(&Fixture::small(), GROUP);
    let of = |row: &Row, name: &str| -> Field {
        let mut columns = row.get_column_iter();
        columns.find(|(it, _)| *it == name).unwrap().1.clone()
    };
    let rows = rows_of(file);
    let lists = rows.iter().map(|row| match of(row, "kbIds") {
        Field::ListInternal(list) => Some(list.len()),
        Field::Null => None,
        other => panic!("{other:?}"),
    });
    assert_eq!(
        lists.collect::<Vec<_>>(),
        [Some(2), Some(1), Some(0), None, None]
    );
    for name in ["rank", "missingKbs", "topKbId", "answeredAt"] {
        assert_eq!(of(&rows[4], name), Field::Null, "{name}");
    }
    assert_eq!(of(&rows[0], "run"), Field::Long(3));
    let date = (date(2026, 11, 23) - date(1970, 1, 1)).get_days();
    assert_eq!(of(&rows[0], "date"), Field::Date(date));
}

#[test]
fn columns_of_the_list_have_distinct_names_and_any_text() {
    let mut fixture = Fixture::small();
    fixture.inventory.columns = ["Team; x", "TEAM; X", "run"].map(str::to_owned).into();
    let row = |_: &_| ["=1", "\u{0}\n", ""];
    fixture.inventory.cells = fixture.inventory.machines.iter().map(row).collect();
    let file = table_bytes::<Machines>(&fixture, GROUP);
    let names = names_of(file.clone());
    assert_eq!(names[2..5], ["Team; x", "TEAM; X (2)", "run"]);
    assert!(names.contains(&"patchgap.run".to_owned()), "{names:?}");
    assert_eq!(read(file)[0][2..5], ["=1", "\u{0}\n", ""]);
}

/// A required column cannot hold a missing value.
fn optional_where_empty<T: Table>() {
    for fixture in [Fixture::small(), Fixture::second_night()] {
        fixture.with_run(|run| {
            let columns = table::columns::<T>(Target::Csv, table::Scope::of(run));
            T::for_each(run, &mut |row| {
                for column in columns.iter().filter(|it| !it.is_optional) {
                    let is_empty = matches!((column.value)(row), Cell::Empty);
                    assert!(!is_empty, "{}: {}", T::FILE, column.key);
                }
                Ok(())
            })
            .unwrap();
        });
    }
}

#[test]
fn columns_with_missing_values_are_optional() {
    optional_where_empty::<Kbs>();
    optional_where_empty::<Machines>();
    optional_where_empty::<table::Gaps>();
    optional_where_empty::<Changes>();
    optional_where_empty::<table::Failures>();
}
