//! The formats for people, read back: the page, the workbook, the terminal.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use super::{Figures, with_gaps};
use crate::report::{
    Run,
    terminal::{self, Style},
};

/// The part between two texts.
fn between<'text>(text: &'text str, begin: &str, end: &str) -> Option<&'text str> {
    let (_, after) = text.split_once(begin)?;
    Some(after.split_once(end)?.0)
}

fn number(text: &str) -> u64 {
    text.trim().replace(',', "").parse().unwrap()
}

/// The service's form of a displayed KB id.
fn kb_id(label: &str) -> String {
    let id = label.strip_prefix("KB");
    id.unwrap_or_default().to_owned()
}

/// The displayed names of the classes of changes, and the classes.
const CLASSES: [(&str, &str); 8] = [
    ("new", "new"),
    ("resolved", "resolved"),
    ("replaced", "replaced"),
    ("returned", "returned"),
    ("not answered", "notAnswered"),
    ("out of scope", "outOfScope"),
    ("appeared", "appeared"),
    ("not comparable", "unknown"),
];

fn classes(gaps: impl Fn(&str) -> u64) -> BTreeMap<String, u64> {
    let counted = CLASSES.map(|(word, class)| (class.to_owned(), gaps(word)));
    counted.into_iter().filter(|(_, gaps)| *gaps > 0).collect()
}

/// The classes of changes since last week, as the sentence about them says. `None` without one.
pub(super) fn week(text: &str) -> Option<BTreeMap<String, u64>> {
    let sentence = between(text, "Since 2026-11-16: ", ".")?;
    let count = |end: &str| {
        let (before, _) = sentence.split_once(end)?;
        let words = before.rsplit([' ', '(']);
        words.map(str::parse).find_map(Result::ok)
    };
    let ends = [
        ("new", " new"),
        ("resolved", " resolved"),
        ("replaced", " replaced by newer KBs"),
        ("returned", " returned"),
        ("appeared", " on machines that had no answer then"),
        ("notAnswered", " carried over"),
        ("outOfScope", " out of scope"),
        ("unknown", " not comparable (another source)"),
    ];
    let gaps = ends.map(|(class, end)| (class.to_owned(), count(end).unwrap_or(0)));
    Some(gaps.into_iter().filter(|(_, gaps)| *gaps > 0).collect())
}

pub(super) fn page(bytes: &[u8]) -> Figures {
    let page = std::str::from_utf8(bytes).unwrap();
    let tile = |name: &str| {
        let begin = format!("data-figure=\"{name}\" data-value=\"");
        between(page, &begin, "\"").map(number)
    };
    let data = between(page, "id=\"data\">", "</script>").unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let changed = between(page, "id=\"changes-table\"", "</table>");
    let gaps = |word: &str| {
        let row = format!("{word}</th><td class=\"num\">");
        // What happens rarely has no row if it did not happen.
        between(changed.unwrap(), &row, "<").map_or(0, number)
    };
    Figures {
        answered: tile("answered"),
        kbs: tile("kbs"),
        gaps: tile("gaps"),
        exposure: tile("exposure"),
        per_kb: Some(page_kbs(&data["kbs"])),
        per_machine: Some(page_machines(&data["machines"])),
        changes: changed.map(|_| classes(gaps)),
        week: week(page),
        ..Figures::default()
    }
}

fn column(table: &Value, name: &str) -> Vec<u64> {
    let cells = table[name].as_array().unwrap().iter();
    cells.map(|cell| cell.as_u64().unwrap()).collect()
}

fn page_kbs(kbs: &Value) -> BTreeMap<String, [u64; 3]> {
    let ids = kbs["kbId"].as_array().unwrap().iter().enumerate();
    let [machines, exposure, cves] =
        ["machinesMissing", "exposure", "cveAddressed"].map(|name| column(kbs, name));
    let figures = |row: usize| [machines[row], exposure[row], cves[row]];
    ids.map(|(row, id)| (id.as_str().unwrap().to_owned(), figures(row)))
        .collect()
}

fn page_machines(machines: &Value) -> BTreeMap<String, [u64; 2]> {
    let ids = machines["ids"].as_str().unwrap();
    let [missing, cves] = ["missingKbs", "cveAddressed"].map(|name| column(machines, name));
    let rows = missing.into_iter().zip(cves).enumerate();
    let id = |row: usize| ids[40 * row..40 * (row + 1)].to_owned();
    with_gaps(rows.map(|(row, (missing, cves))| (id(row), [missing, cves])))
}

pub(super) fn workbook(bytes: &[u8]) -> Figures {
    let mut book = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let kbs = rows(&mut book, "KBs");
    let machines = rows(&mut book, "Machines");
    let changes = rows(&mut book, "Changes");
    let gaps = rows(&mut book, "Gaps").into_iter();
    // The KB follows the machine's name, if the list has names.
    let header = book.worksheet_range("Gaps").unwrap();
    let kb = 1 + usize::from(header.get((0, 1)).is_some_and(|it| it == "Machine"));
    let gaps = gaps.map(|row| (row[0].clone(), kb_id(&row[kb]), number(&row[kb + 3])));
    let kbs = kbs.iter().map(|row| {
        let figures = [5, 7, 3].map(|column| number(&row[column]));
        (kb_id(&row[1]), figures)
    });
    let count = |class: &str| changes.iter().filter(|row| row[0] == class).count() as u64;
    let changes = CLASSES.map(|(_, class)| (class.to_owned(), count(class)));
    let changes = changes.into_iter().filter(|(_, gaps)| *gaps > 0);
    let has_base = !first_cell(&mut book, "Changes").starts_with("This is the first run");
    let listed = Figures::of_gaps(gaps);
    let per_machine = with_gaps(machines.iter().filter_map(|row| machine_row(row)));
    // The long form and the lists must agree.
    assert_eq!(listed.per_machine.as_ref(), Some(&per_machine));
    Figures {
        per_kb: Some(kbs.collect()),
        changes: has_base.then(|| changes.collect()),
        week: week(&summary(bytes)),
        ..listed
    }
}

/// The machine, its missing KBs and its CVEs: the last columns but six and but five, whatever
/// the list brings along.
fn machine_row(row: &[String]) -> Option<(String, [u64; 2])> {
    let columns = row.len();
    let figures = [&row[columns - 7], &row[columns - 6]];
    (!figures[0].is_empty()).then(|| (row[1].clone(), figures.map(|cell| number(cell))))
}

/// The cells of the workbook's summary, one a line.
pub(super) fn summary(bytes: &[u8]) -> String {
    cells(bytes, "Summary")
}

/// The cells of a sheet, one a line.
pub(in crate::report::tests) fn cells(workbook: &[u8], sheet: &str) -> String {
    let mut book = Xlsx::new(Cursor::new(workbook.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let cells: Vec<String> = range.rows().flatten().map(Data::to_string).collect();
    cells.join("\n")
}

fn first_cell(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> String {
    let range = book.worksheet_range(sheet).unwrap();
    range.get((0, 0)).unwrap().to_string()
}

/// The rows of a table; a sheet with a sentence instead has only one row.
fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<String>> {
    let range = book.worksheet_range(sheet).unwrap();
    let rows = range.rows().skip(1);
    rows.map(|row| row.iter().map(Data::to_string).collect())
        .collect()
}

pub(super) fn on_the_terminal(run: &Run<'_>) -> Figures {
    let text = terminal::render(run, 1000, Style::Plain);
    let told = terminal::changes(run, 1000, Style::Plain);
    let coverage = text.lines().find(|line| line.contains(" answered ("));
    let first = coverage.unwrap();
    let before = |text: &str, end: &str| {
        let (before, _) = text.split_once(end)?;
        before.rsplit(char::is_whitespace).next().map(number)
    };
    let answered = before(first, " of ").unwrap();
    let gaps = |word: &str| {
        let line = told
            .lines()
            .find(|line| line.starts_with(&format!("{word}  ")));
        let figure = line.and_then(|line| line[word.len()..].split_whitespace().next());
        figure.map_or(0, number)
    };
    let totals = text.lines().find(|line| line.contains(" missing KB"));
    let total = |end: &str| totals.map_or(Some(0), |line| before(line, end));
    Figures {
        answered: Some(answered),
        machines: before(first, " machine"),
        kbs: total(" missing KB"),
        gaps: total(" gap"),
        exposure: totals.map_or(Some(0), |_| {
            between(&text, "Exposure score ", " ").map(number)
        }),
        changes: run.past.map(|_| classes(gaps)),
        week: week(&text),
        ..Figures::default()
    }
}
