//! What holds for whatever is read as an inventory.

use std::{
    collections::HashSet,
    io::{self, Read},
    mem::{Discriminant, discriminant},
    str,
};

use patchgap::{
    domain::machine::MachineId,
    inventory::{Inventory, OWN_COLUMNS, Problem, read_from},
};

/// What was read, or the kind of problem.
type Found = Result<Inventory, Discriminant<Problem>>;

/// Bytes up to which the beginning, by which a file is judged, is all of it in any encoding.
const SHORT: usize = 2048;

/// Checks what the file is read as, with the id column asked for and with it found.
pub(crate) fn check(bytes: &[u8]) {
    if let Ok(inventory) = read(bytes, Some("Name")) {
        is_sound(bytes, &inventory);
    }
    let found = read(bytes, None);
    if let Ok(inventory) = &found {
        is_sound(bytes, inventory);
        written_as_ids_it_reads_the_same(inventory);
    }
    assert_eq!(found, read(Drip(bytes), None), "drop by drop");
    with_crlf_it_reads_the_same(bytes, &found);
    as_utf16_it_reads_the_same(bytes, &found);
}

fn is_sound(bytes: &[u8], inventory: &Inventory) {
    each_row_is_in_one_place(bytes, inventory);
    each_machine_stands_once(inventory);
    no_column_takes_a_name_of_ours(inventory);
    no_machine_is_made_up(bytes, inventory);
    no_machine_is_lost(bytes, inventory);
}

fn read(reader: impl Read, column: Option<&str>) -> Found {
    read_from(reader, "-", column).map_err(|error| discriminant(&error.problem))
}

/// A reader that gives one byte at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// Each row has a line of its own or, where only carriage returns divide them, no earlier
/// line than the row before.
fn each_row_is_in_one_place(bytes: &[u8], inventory: &Inventory) {
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let last = ends.count() as u64 + 1;
    let machines = inventory
        .machines
        .iter()
        .map(|machine| u64::from(machine.line));
    let rejected = inventory.rejected.iter().map(|row| row.line);
    assert!(machines.clone().is_sorted() && rejected.clone().is_sorted());
    let mut lines: Vec<u64> = machines.chain(rejected).collect();
    assert!(lines.iter().all(|line| (1..=last).contains(line)));
    assert!(inventory.rows() <= last);
    if !bytes.contains(&b'\r') {
        lines.sort_unstable();
        assert!(lines.is_sorted_by(|one, next| one < next), "a line twice");
    }
}

fn each_machine_stands_once(inventory: &Inventory) {
    let ids: HashSet<_> = inventory.machines.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), inventory.machines.len());
    assert!(
        !ids.is_empty(),
        "an inventory without machines is a problem"
    );
    let width = inventory.columns.len();
    assert!(rows(inventory).all(|cells| cells.len() == width));
}

fn no_column_takes_a_name_of_ours(inventory: &Inventory) {
    for column in &inventory.columns {
        let is_it = |own: &&str| own.to_lowercase() == column.to_lowercase();
        assert!(!column.is_empty() && !OWN_COLUMNS.iter().any(is_it));
    }
}

/// What the machines' rows say.
fn rows(inventory: &Inventory) -> impl Iterator<Item = Vec<&str>> {
    let rows = 0..inventory.machines.len();
    rows.map(|row| inventory.cells.row(row).collect())
}

/// Whether bytes are letters as they stand, and each line end ends a row.
fn is_plain(bytes: &[u8]) -> bool {
    is_text(bytes) && !bytes.iter().any(|byte| matches!(byte, b'"' | b'\r'))
}

fn is_text(bytes: &[u8]) -> bool {
    let utf16 = [b"\xFF\xFE", b"\xFE\xFF"];
    !bytes.contains(&0) && !utf16.iter().any(|mark| bytes.starts_with(*mark))
}

/// Letters that cannot be seen do not count, so none but these few are looked at.
fn no_machine_is_made_up(bytes: &[u8], inventory: &Inventory) {
    if is_plain(bytes) {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let seen = |it: &char| it.is_ascii_graphic() || matches!(it, ' ' | '\t' | '\n');
        let text: String = text.chars().filter(seen).collect();
        for machine in &inventory.machines {
            assert!(text.contains(&machine.id.to_string()), "{}", machine.id);
        }
    }
}

/// Whatever looks like an id is asked for, or its line is reported. Only a column with a name may
/// hold others beside the one that is asked for.
fn no_machine_is_lost(bytes: &[u8], inventory: &Inventory) {
    let asked: HashSet<_> = inventory.machines.iter().map(|it| it.id).collect();
    let rejected: HashSet<_> = inventory.rejected.iter().map(|it| it.line).collect();
    let mut columns = inventory.columns.iter();
    let has_names = columns.any(|name| !name.starts_with("column"));
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split('\n').filter(|_| is_plain(bytes));
    for (number, line) in (1..).zip(lines) {
        let ids = ids_in(line);
        let found = ids.iter().filter(|id| asked.contains(id)).count();
        let is_lost = if has_names {
            found == 0
        } else {
            found < ids.len()
        };
        let is_reported = ids.is_empty() || rejected.contains(&number);
        assert!(is_reported || !is_lost, "line {number}: {line}");
    }
}

/// Runs of 40 hexadecimal digits.
fn ids_in(line: &str) -> Vec<MachineId> {
    let runs = line.split(|letter: char| !letter.is_ascii_hexdigit());
    runs.filter_map(|run| run.parse().ok()).collect()
}

fn written_as_ids_it_reads_the_same(inventory: &Inventory) {
    let ids: Vec<MachineId> = inventory.machines.iter().map(|it| it.id).collect();
    let text: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let again = read(text.join("\n").as_bytes(), None);
    let again = again.map(|again| again.machines.iter().map(|it| it.id).collect());
    assert_eq!(again, Ok(ids));
}

fn with_crlf_it_reads_the_same(bytes: &[u8], found: &Found) {
    if !is_text(bytes) || bytes.contains(&b'\r') || bytes.len() > SHORT {
        return;
    }
    let mut crlf = Vec::with_capacity(2 * bytes.len());
    for &byte in bytes {
        crlf.extend((byte == b'\n').then_some(b'\r'));
        crlf.push(byte);
    }
    let again = read(&crlf[..], None).map(with_line_feeds);
    assert_eq!(&again, found, "with CRLF");
}

/// The inventory with the line ends that its cells have in a file of line feeds.
fn with_line_feeds(mut inventory: Inventory) -> Inventory {
    let with_line_feeds = |text: &str| text.replace("\r\n", "\n");
    let cells = rows(&inventory).map(|row| row.into_iter().map(with_line_feeds));
    inventory.cells = cells.collect();
    let inputs = inventory.rejected.iter_mut().map(|it| &mut it.input);
    for text in inventory.columns.iter_mut().chain(inputs) {
        *text = with_line_feeds(text);
    }
    inventory
}

fn as_utf16_it_reads_the_same(bytes: &[u8], found: &Found) {
    let marked = bytes.starts_with("\u{feff}".as_bytes()) || bytes.starts_with(b"PK\x03\x04");
    let text = str::from_utf8(bytes).ok();
    let text = text.filter(|_| is_text(bytes) && !marked && bytes.len() <= SHORT);
    if let Some(text) = text {
        let units: Vec<u16> = format!("\u{feff}{text}").encode_utf16().collect();
        let utf16: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
        assert_eq!(&read(&utf16[..], None), found, "as UTF-16");
    }
}
