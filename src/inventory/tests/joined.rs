//! Joined exports in random shapes: exactly their machines are read, with their cells.

use std::collections::HashSet;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select, subsequence},
};

use crate::{
    domain::machine::MachineId,
    inventory::{Cells, Inventory, InventoryMachine, RejectedRow, read_from},
};

/// Columns beside the ids, in several spellings.
const COLUMNS: [[&str; 3]; 3] = [
    ["Device Name", "device_name", "\u{200e}DEVICE NAME"],
    ["Group", "group", "GROUP\u{a0}"],
    ["SHA1", "sha-1", "\u{feff}Sha1"],
];

const ID_NAMES: [&str; 4] = ["Device ID", "machineId", "\u{ad}DEVICE_ID\u{202c}", "id"];

/// Lines above a header: `|` separates cells, `#` stands for a number.
const PREAMBLE: [&str; 5] = [
    "Device inventory",
    "Exported by|adm@example.com",
    "As of 2026-11-#||",
    "Filters|OS=Windows|Group=all",
    "Tenant|ID",
];

/// Spellings of an id, which `@` stands for.
const WRITTEN: [&str; 12] = [
    "@",
    "@",
    "@",
    " @ ",
    "'@",
    "=\"@\"",
    "[@]",
    "(@)",
    "“@”",
    "\u{200e}@\u{202c}",
    "\u{2066}@\u{2069}",
    "\u{feff}@\u{ad}",
];

/// Texts that do not resemble an id.
const INVALID: [&str; 4] = ["web-01", "none", "aaaabbbb", "11111111111111111111"];

/// A file of joined exports.
#[derive(Debug, Clone)]
struct File {
    columns: Vec<usize>,
    preamble: Vec<&'static str>,
    type_line: bool,
    delimiter: char,
    quoted: bool,
    utf16: bool,
    exports: Vec<Export>,
}

/// One export: its header's order and spelling, and its rows.
#[derive(Debug, Clone)]
struct Export {
    id_at: Index,
    id_name: &'static str,
    turn: Index,
    spelling: usize,
    marked: bool,
    rows: Vec<(Id, Vec<String>)>,
}

/// A cell of the id column.
#[derive(Debug, Clone)]
enum Id {
    Machine(u8, &'static str),
    Invalid(&'static str),
}

fn export(columns: usize) -> impl Strategy<Value = Export> {
    let id = prop_oneof![
        5 => (any::<u8>(), select(&WRITTEN[..])).prop_map(|(id, how)| Id::Machine(id, how)),
        1 => select(&INVALID[..]).prop_map(Id::Invalid),
    ];
    let hash = any::<u8>().prop_map(hex);
    let text = prop_oneof![3 => "[a-z ,;\"é]{0,6}", 1 => hash];
    let rows = vec((id, vec(text, columns)), 1..6);
    let order = (any::<Index>(), any::<Index>(), select(&ID_NAMES[..]));
    (order, 0..3_usize, any::<bool>(), rows).prop_map(|(order, spelling, marked, mut rows)| {
        rows[0].0 = Id::Machine(7, "@");
        let (id_at, turn, id_name) = order;
        Export {
            id_at,
            id_name,
            turn,
            spelling,
            marked,
            rows,
        }
    })
}

fn file() -> impl Strategy<Value = File> {
    let columns = subsequence(vec![0, 1, 2], 0..=3);
    let preamble = option::of(subsequence(PREAMBLE.to_vec(), 1..=5));
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    let style = (preamble, select(vec![',', ';', '\t']), switches);
    (columns, style).prop_flat_map(|(columns, (preamble, delimiter, switches))| {
        let (type_line, quoted, utf16) = switches;
        let exports = vec(export(columns.len()), 1..4);
        exports.prop_map(move |exports| File {
            columns: columns.clone(),
            preamble: preamble.clone().unwrap_or_default(),
            type_line,
            delimiter,
            quoted,
            utf16,
            exports,
        })
    })
}

fn hex(byte: u8) -> String {
    format!("{byte:02x}").repeat(20)
}

/// The text of a file while it is written, and the expected inventory.
struct Writing<'file> {
    file: &'file File,
    lines: Vec<String>,
    seen: HashSet<MachineId>,
    expected: Inventory,
}

impl Writing<'_> {
    fn line(&mut self, cells: &[String]) {
        let cells = cells.iter().map(|text| self.file.cell(text));
        let line = cells.collect::<Vec<_>>();
        self.lines.push(line.join(&self.file.delimiter.to_string()));
    }

    fn export(&mut self, export: &Export) {
        let begin = self.lines.len();
        if self.file.type_line {
            self.lines.push("#TYPE System.Object".to_owned());
        }
        for title in &self.file.preamble {
            let title = title.replace('#', &begin.to_string());
            let cells: Vec<String> = title.split('|').map(str::to_owned).collect();
            self.line(&cells);
            self.lines.push(String::new());
        }
        let columns = self.file.columns.iter();
        let names = columns.map(|&at| COLUMNS[at][export.spelling].to_owned());
        self.line(&export.order(names.collect(), export.id_name.to_owned()));
        if export.marked {
            self.lines[begin].insert(0, '\u{feff}');
        }
        for (id, cells) in &export.rows {
            self.row(export, id, cells);
        }
    }

    fn row(&mut self, export: &Export, id: &Id, cells: &[String]) {
        let line = self.lines.len() + 1;
        let text = match id {
            Id::Machine(byte, how) => how.replace('@', &hex(*byte)),
            Id::Invalid(text) => (*text).to_owned(),
        };
        self.line(&export.order(cells.to_vec(), text.clone()));
        match id {
            Id::Machine(byte, _) => self.machine(MachineId::from_bytes([*byte; 20]), line, cells),
            Id::Invalid(_) => self.expected.rejected.push(RejectedRow {
                line: line as u64,
                input: text,
            }),
        }
    }

    fn machine(&mut self, id: MachineId, line: usize, cells: &[String]) {
        if self.seen.insert(id) {
            let line = line.try_into().unwrap();
            self.expected.machines.push(InventoryMachine { id, line });
            self.expected.cells.push(cells);
        } else {
            self.expected.duplicates += 1;
        }
    }
}

impl Export {
    /// These cells in the order of this export, and the id among them.
    fn order(&self, mut cells: Vec<String>, id: String) -> Vec<String> {
        if !cells.is_empty() {
            let turn = self.turn.index(cells.len());
            cells.rotate_left(turn);
        }
        let at = self.id_at.index(cells.len() + 1);
        cells.insert(at, id);
        cells
    }
}

impl File {
    fn cell(&self, text: &str) -> String {
        if self.quoted || text.contains(['"', self.delimiter]) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    /// The file's bytes, and the expected inventory.
    fn write(&self) -> (Vec<u8>, Inventory) {
        let mut writing = Writing {
            file: self,
            lines: Vec::new(),
            seen: HashSet::new(),
            expected: Inventory {
                file: "-".to_owned(),
                cells: Cells::new(self.columns.len()),
                ..Inventory::default()
            },
        };
        self.exports
            .iter()
            .for_each(|export| writing.export(export));
        let text = writing.lines.join("\n");
        let bytes = if self.utf16 {
            let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
            units.into_iter().flat_map(u16::to_le_bytes).collect()
        } else {
            text.into_bytes()
        };
        (bytes, writing.expected)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn joined_exports_read_as_their_machines(file in file()) {
        let (bytes, expected) = file.write();
        let read = read_from(&bytes[..], "-", None).unwrap();
        prop_assert_eq!(&read.machines, &expected.machines);
        prop_assert_eq!(&read.rejected, &expected.rejected);
        prop_assert_eq!(read.duplicates, expected.duplicates);
        let first = &file.exports[0];
        let turned = |cells: Vec<String>| {
            let mut cells = first.order(cells, String::new());
            cells.remove(first.id_at.index(cells.len()));
            cells
        };
        for row in 0..read.machines.len() {
            let cells = expected.cells.row(row).map(str::to_owned).collect();
            prop_assert!(read.cells.row(row).eq(turned(cells)), "row {}", row);
        }
    }
}
