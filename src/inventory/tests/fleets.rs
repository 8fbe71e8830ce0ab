use std::collections::HashSet;

use encoding_rs::WINDOWS_1252;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
};

use crate::{
    domain::machine::MachineId,
    inventory::{Cells, Inventory, InventoryMachine, RejectedRow, read_from},
};

/// A fleet as a table: the id column among the others, and rows with blank lines between.
#[derive(Debug, Clone)]
struct Fleet {
    names: Vec<String>,
    id_position: usize,
    rows: Vec<Row>,
}

/// One row of the table.
#[derive(Debug, Clone)]
struct Row {
    blank_lines_before: usize,
    id: String,
    cells: Vec<String>,
}

/// The format of a list.
#[derive(Debug, Clone)]
struct Style {
    delimiter: char,
    encoding: Encoding,
    line_end: &'static str,
    quote_all: bool,
    /// The id column's name, or no header at all.
    header: Option<&'static str>,
    last_line_end: bool,
    separator_line: bool,
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf8 { bom: bool },
    Utf16Le { bom: bool },
    Utf16Be { bom: bool },
    Windows1252,
}

const NAMES: &[&str] = &[
    "Name",
    "Team, Ort",
    "a;b",
    "x\ty",
    "Straße",
    "say \"hi\"",
    "two\nlines",
];

/// Text that needs quoting, and letters that differ in every encoding.
const TEXT: &str = "[ab ,;|\t\"'=éß\u{1}\n]{0,6}";

fn id() -> impl Strategy<Value = String> {
    let digits = "[0-9a-f]{2}".prop_map(|pair| pair.repeat(20));
    prop_oneof![
        4 => digits.clone(),
        1 => select(vec!["1a", "2B"]).prop_map(|pair| pair.repeat(20)),
        1 => select(vec!["", "web-01", "a;b", "no\nid"]).prop_map(str::to_owned),
    ]
}

fn row(columns: usize) -> impl Strategy<Value = Row> {
    let text = TEXT.prop_map(|text| text.replace('b', "b\r\nb"));
    (0..3_usize, id(), vec(text, columns)).prop_map(|(blank_lines_before, id, cells)| Row {
        blank_lines_before,
        id,
        cells,
    })
}

/// The first row has a valid id: without a header, it identifies the id column.
fn fleet() -> impl Strategy<Value = Fleet> {
    let names = subsequence(NAMES, 0..=NAMES.len()).prop_shuffle();
    names.prop_flat_map(|names| {
        let columns = names.len();
        let rows = vec(row(columns), 1..20);
        (0..=columns, rows).prop_map(move |(id_position, mut rows)| {
            rows[0].id = "2339ad14a01bd0299afb93dfa2550136057bff96".to_owned();
            let names = names.iter().map(ToString::to_string).collect();
            Fleet {
                names,
                id_position,
                rows,
            }
        })
    })
}

fn encoding() -> impl Strategy<Value = Encoding> {
    (0..4, any::<bool>()).prop_map(|(encoding, bom)| match encoding {
        0 => Encoding::Utf8 { bom },
        1 => Encoding::Utf16Le { bom },
        2 => Encoding::Utf16Be { bom },
        _ => Encoding::Windows1252,
    })
}

fn style() -> impl Strategy<Value = Style> {
    let header = option::weighted(0.7, select(vec!["machineId", "Device ID", "ID"]));
    let words = (select(vec![',', ';', '\t', '|']), encoding(), header);
    let line_end = select(vec!["\n", "\r\n", "\r"]);
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    (words, line_end, switches).prop_map(
        |((delimiter, encoding, header), line_end, (quote_all, last_line_end, separator_line))| {
            Style {
                delimiter,
                encoding,
                line_end,
                quote_all,
                header,
                last_line_end,
                separator_line: separator_line || delimiter == '|',
            }
        },
    )
}

impl Fleet {
    /// Files with carriage returns as line ends have no line feeds, not even in a cell.
    fn fit_for(mut self, style: &Style) -> Self {
        if style.line_end != "\r" {
            return self;
        }
        let unbroken = |text: &mut String| *text = text.replace(['\n', '\r'], " ");
        self.names.iter_mut().for_each(unbroken);
        for row in &mut self.rows {
            unbroken(&mut row.id);
            row.cells.iter_mut().for_each(unbroken);
        }
        self
    }

    fn row<'a>(&'a self, id: &'a str, cells: &'a [String]) -> Vec<&'a str> {
        let mut row: Vec<&str> = cells.iter().map(String::as_str).collect();
        row.insert(self.id_position, id);
        row
    }
}

impl Style {
    fn cell(&self, text: &str) -> String {
        let special = |letter| matches!(letter, '"' | '\n' | '\r') || letter == self.delimiter;
        if self.quote_all || text.contains(special) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    fn row(&self, cells: &[&str]) -> String {
        let cells: Vec<String> = cells.iter().map(|text| self.cell(text)).collect();
        cells.join(&self.delimiter.to_string()) + self.line_end
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        let marked = |bom| {
            if bom {
                format!("\u{feff}{text}")
            } else {
                text.to_owned()
            }
        };
        match self.encoding {
            Encoding::Utf8 { bom } => marked(bom).into_bytes(),
            Encoding::Utf16Le { bom } => {
                let units = marked(bom).encode_utf16().collect::<Vec<_>>();
                units.into_iter().flat_map(u16::to_le_bytes).collect()
            }
            Encoding::Utf16Be { bom } => {
                let units = marked(bom).encode_utf16().collect::<Vec<_>>();
                units.into_iter().flat_map(u16::to_be_bytes).collect()
            }
            Encoding::Windows1252 => WINDOWS_1252.encode(text).0.into_owned(),
        }
    }

    /// The file, and the expected inventory.
    fn write(&self, fleet: &Fleet) -> (Vec<u8>, Inventory) {
        let mut text = String::new();
        if self.separator_line {
            text.extend(["sep=", &self.delimiter.to_string(), self.line_end]);
        }
        if let Some(id) = self.header {
            text += &self.row(&fleet.row(id, &fleet.names));
        }
        let mut sorting = Sorting::new(fleet.names.len());
        for row in &fleet.rows {
            text += &self.line_end.repeat(row.blank_lines_before);
            sorting.sort(row, self.next_line(&text));
            text += &self.row(&fleet.row(&row.id, &row.cells));
        }
        if !self.last_line_end {
            text.truncate(text.len() - self.line_end.len());
        }
        (self.encode(&text), self.expect(fleet, sorting.inventory))
    }

    fn next_line(&self, text: &str) -> u64 {
        let end = if self.line_end == "\r" { '\r' } else { '\n' };
        1 + text.matches(end).count() as u64
    }

    /// Without a header, columns are named by position, and blank ones are dropped.
    fn expect(&self, fleet: &Fleet, mut inventory: Inventory) -> Inventory {
        if self.header.is_some() {
            inventory.columns.clone_from(&fleet.names);
            return inventory;
        }
        let rows = 0..inventory.machines.len();
        let rows = rows.map(|row| inventory.cells.row(row).collect());
        let rows: Vec<Vec<&str>> = rows.collect();
        let blank = |&at: &usize| rows.iter().all(|row| is_blank(row[at]));
        let used: Vec<usize> = (0..fleet.names.len()).filter(|at| !blank(at)).collect();
        let position = |&at: &usize| at + 1 + usize::from(at >= fleet.id_position);
        let names = used.iter().map(|at| format!("column{}", position(at)));
        inventory.columns = names.collect();
        let kept = rows.iter().map(|row| used.iter().map(|&at| row[at]));
        inventory.cells = kept.collect();
        inventory
    }
}

/// Whether a text of these tests is invisible.
fn is_blank(text: &str) -> bool {
    text.trim_matches(|it: char| it.is_whitespace() || it == '\u{1}')
        .is_empty()
}

/// The expected inventory, built row by row.
struct Sorting {
    inventory: Inventory,
    seen: HashSet<MachineId>,
}

impl Sorting {
    fn new(columns: usize) -> Self {
        Self {
            inventory: Inventory {
                cells: Cells::new(columns),
                ..Inventory::default()
            },
            seen: HashSet::new(),
        }
    }

    fn sort(&mut self, row: &Row, line: u64) {
        if is_blank(&row.id) && row.cells.iter().all(|text| is_blank(text)) {
            return;
        }
        let input = row.id.clone();
        match row.id.parse() {
            Err(_) => self.inventory.rejected.push(RejectedRow { line, input }),
            Ok(id) if self.seen.insert(id) => {
                let line = line.try_into().unwrap();
                self.inventory.machines.push(InventoryMachine { id, line });
                self.inventory.cells.push(&row.cells);
            }
            Ok(_) => self.inventory.duplicates += 1,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_fleet_in_any_style_reads_back(fleet in fleet(), style in style()) {
        let fleet = fleet.fit_for(&style);
        let (bytes, mut expected) = style.write(&fleet);
        expected.file = "-".to_owned();
        let inventory = read_from(&bytes[..], "-", style.header);
        prop_assert_eq!(&inventory.unwrap(), &expected);
        let inventory = read_from(&bytes[..], "-", None);
        prop_assert_eq!(&inventory.unwrap(), &expected);
    }
}
