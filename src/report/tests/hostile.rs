//! Hostile text from outside.

use proptest::prelude::*;
use serde_json::Value;

use super::super::{
    Format, Report,
    fixture::{Fixture, answer, gap},
    reports,
};
use crate::domain::kb::{KbId, MissingKb};

const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The small fleet with this text in every field from outside.
pub(in crate::report) fn full_of(text: &str) -> Fixture {
    let mut fixture = Fixture::small();
    let inventory = &mut fixture.inventory;
    inventory.columns.fill(text.to_owned());
    inventory.cells = inventory.machines.iter().map(|_| [text, text]).collect();
    inventory.rejected[0].input = text.to_owned();
    let missing = MissingKb {
        id: KbId::new(text),
        name: Some(text.into()),
        products: vec![text.into()],
        url: Some(text.into()),
        os_build: Some(text.into()),
        cves: None,
        unreadable: Box::default(),
        ..gap("", 1)
    };
    fixture.outcomes[0] = answer(1, vec![missing]);
    fixture.census = Some(Fixture::census_full_of(text));
    fixture.cross_check = Some(Fixture::cross_check_full_of(text));
    fixture.software = Some(Fixture::software_full_of(text));
    if let Err(failure) = &mut fixture.outcomes[3].result {
        failure.code = Some(text.to_owned());
        failure.message = text.to_owned();
        failure.correlation_id = Some(text.to_owned());
    }
    fixture
}

/// The file's cells, read by another CSV reader.
fn read_back(fixture: &Fixture, report: &dyn Report) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(fixture.render(report).as_bytes())
        .into_records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// The number of cells with text from outside in each file, for [`full_of`].
const FROM_OUTSIDE: [(&str, usize); 6] = [
    ("kbs.csv", 4),
    ("machines.csv", 2 + 5 * 2 + 2 + 2),
    ("gaps.csv", 5),
    ("failures.csv", 4),
    ("census.csv", 2),
    ("crosscheck.csv", 1),
];

/// The number of texts from outside in `report.json`, for [`full_of`], without keys.
const IN_JSON: usize = 4 + (5 * 2 + 1 + 2 + 2) + 4 + 1 + (2 + 2) + 1;

fn count_in_json(value: &Value, text: &str) -> usize {
    match value {
        Value::String(found) => usize::from(found == text),
        Value::Array(values) => values.iter().map(|it| count_in_json(it, text)).sum(),
        Value::Object(fields) => fields.values().map(|it| count_in_json(it, text)).sum(),
        _ => 0,
    }
}

fn count(fixture: &Fixture, name: &str, cell: &str) -> usize {
    let reports = reports(&[Format::Csv]);
    let report = reports.iter().find(|it| it.file_name() == name).unwrap();
    let rows = read_back(fixture, report.as_ref());
    rows.iter().flatten().filter(|it| *it == cell).count()
}

#[test]
fn hostile_text_survives_the_round_trip() {
    let long = "€".repeat(10_000);
    for text in [
        "a,b;c",
        "say \"hi\"",
        "\"",
        "two\nlines",
        "two\r\nlines",
        "<script>alert(1)</script>",
        "abc\u{202e}txt.exe",
        "\u{1b}[31mred",
        "\u{0}",
        &long,
    ] {
        let fixture = full_of(text);
        for (name, cells) in FROM_OUTSIDE {
            assert_eq!(count(&fixture, name, text), cells, "{name}: {text:?}");
        }
        let whole = fixture.render(reports(&[Format::Json])[0].as_ref());
        assert_eq!(whole.lines().count(), 1, "{text:?}");
        let whole: Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(count_in_json(&whole, text), IN_JSON, "{text:?}");
        assert_eq!(whole["machines"][0]["inventory"][text], text);
    }
}

#[test]
fn formulas_are_guarded_everywhere_unless_disabled() {
    for text in ["=1+1", "+1", "-1", "@A1", "=cmd|' /C calc'!A0"] {
        let mut fixture = full_of(text);
        for (name, cells) in FROM_OUTSIDE {
            assert_eq!(count(&fixture, name, &format!("'{text}")), cells, "{name}");
            assert_eq!(count(&fixture, name, text), 0, "{name}");
        }
        fixture.facts.csv_guard = false;
        for (name, cells) in FROM_OUTSIDE {
            assert_eq!(count(&fixture, name, text), cells, "{name}");
        }
    }
}

/// Text with many starts of cells and formulas.
const HOSTILE: &str = "(\\PC|[=+@\\-\t\r\n\",;|' ＝＠\u{a0}\u{200b}\u{202e}]){0,12}";

/// The characters that start a formula.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Separators of cells; the last one is the initial choice of some dialogs.
const SEPARATORS: [&str; 5] = [",", ";", "\t", "|", ",;\t|"];

/// The file's cells with these separators: for a reader without support for quotes, and for one that
/// supports quotes at the start of a cell.
fn cells(file: &str, separators: &str) -> Vec<String> {
    let naive = file.split(|it| separators.contains(it) || "\r\n".contains(it));
    let mut cells: Vec<String> = naive.map(str::to_owned).collect();
    let mut rest = file;
    while !rest.is_empty() {
        let (cell, after) = quoted_cell(rest, separators);
        cells.push(cell);
        rest = after;
    }
    cells
}

/// The first cell, and what follows its separator.
fn quoted_cell<'file>(file: &'file str, separators: &str) -> (String, &'file str) {
    let mut cell = String::new();
    let mut is_quoted = false;
    for (at, character) in file.char_indices() {
        match character {
            '"' if at == 0 || is_quoted => is_quoted = !is_quoted,
            _ if !is_quoted && (separators.contains(character) || "\r\n".contains(character)) => {
                return (cell, &file[at + character.len_utf8()..]);
            }
            _ => cell.push(character),
        }
    }
    (cell, "")
}

/// Characters that readers may trim from a cell.
fn is_taken_off(character: char) -> bool {
    let is_blank = character.is_whitespace() || character.is_control();
    is_blank || matches!(character, '"' | '\u{200b}' | '\u{202e}')
}

#[test]
fn formulas_in_lists_are_guarded() {
    let mut fixture = full_of("x;=6*7;y");
    let guarded = "x;'=6*7;y";
    for (name, cells) in FROM_OUTSIDE {
        assert_eq!(count(&fixture, name, guarded), cells, "{name}");
    }
    let products = ["=1", "good", "@2"].map(Into::into).to_vec();
    let missing = MissingKb {
        products,
        ..gap("1", 1)
    };
    fixture.outcomes[0] = answer(1, vec![missing]);
    assert_eq!(count(&fixture, "gaps.csv", "'=1;good;'@2"), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_cell_is_a_formula_and_rows_stay_whole(text in HOSTILE) {
        let fixture = full_of(&text);
        for report in reports(&[Format::Csv]) {
            let rows = read_back(&fixture, report.as_ref());
            for row in &rows {
                prop_assert_eq!(row.len(), rows[0].len());
                for cell in row {
                    prop_assert!(!cell.starts_with(FORMULA_STARTS), "{:?}", cell);
                }
            }
        }
    }

    #[test]
    fn reports_do_not_depend_on_the_order_of_outcomes(
        outcomes in Just(Fixture::small().outcomes).prop_shuffle(),
    ) {
        let shuffled = Fixture { outcomes, ..Fixture::small() };
        for report in reports(&[Format::Csv, Format::Json]) {
            let report = report.as_ref();
            prop_assert_eq!(shuffled.render(report), Fixture::small().render(report));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_cell_is_a_formula_with_any_separator(text in HOSTILE) {
        let fixture = full_of(&text);
        for report in reports(&[Format::Csv]) {
            let file = fixture.render(report.as_ref());
            for cell in SEPARATORS.iter().flat_map(|it| cells(&file, it)) {
                let shown = cell.trim_matches(is_taken_off);
                prop_assert!(!shown.starts_with(SIGNS), "{:?} in {}", cell, file);
            }
        }
    }
}
