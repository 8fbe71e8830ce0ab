//! What holds for whatever comes as rows of the software inventory: as lines of a file, or as a page.

use std::{collections::BTreeSet, fmt, str};

use patchgap::{
    defender::{BulkRows, CallError, Class, fuzzing::Received},
    domain::{
        machine::MachineId,
        outcome::Reason,
        software::{SoftwareInventory, SoftwareRows},
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

/// A longer text is damage.
const LONGEST_TEXT: usize = 1000;

/// The keys that are used. The first four have texts whose length is limited.
const KEYS: [&str; 7] = [
    "softwareName",
    "softwareVersion",
    "osPlatform",
    "endOfSupportStatus",
    "endOfSupportDate",
    "softwareVendor",
    "deviceId",
];

/// Checks what the bytes are read as, as a file and as a page.
pub(crate) fn check(bytes: &[u8]) {
    let lines = lines(bytes);
    let rows = read(lines.iter().copied());
    every_row_is_counted(&lines, &rows);
    let inventory = inventory(rows);
    inventory_is_tidy(&inventory);
    order_and_parts_make_no_difference(&lines, &inventory);
    rows_are_read_as_they_are_written(&lines, &inventory);
    pages_are_read_as_files_are(&lines);
    match page(bytes) {
        Ok(rows) => inventory_is_tidy(&self::inventory(rows)),
        Err(error) => concerns_this_call(&error),
    }
}

/// The lines of a file that are rows.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).collect()
}

fn read<'line>(lines: impl Iterator<Item = &'line [u8]>) -> SoftwareRows {
    let mut rows = SoftwareRows::default();
    lines.for_each(|line| rows.add_line(line));
    rows
}

fn inventory(rows: SoftwareRows) -> SoftwareInventory {
    rows.finish("2026-11-30T00:00:00Z".parse().unwrap())
}

fn page(body: &[u8]) -> Result<SoftwareRows, CallError> {
    let received = Received {
        status: 200,
        retry_after: None,
        date: None,
        content_type: None,
        body,
        secret: "header.payload.signature",
    };
    received.as_rows()
}

fn every_row_is_counted(lines: &[&[u8]], rows: &SoftwareRows) {
    let counts = &rows.counts;
    assert_eq!(counts.rows, lines.len() as u64);
    assert!(counts.unreadable <= counts.rows);
    assert_eq!(counts.example.is_some(), counts.unreadable > 0);
    // What is quoted of a row cannot disturb a terminal.
    let example = counts.example.as_deref().unwrap_or_default();
    assert!(!example.chars().any(char::is_control), "{example:?}");
}

fn inventory_is_tidy(inventory: &SoftwareInventory) {
    let SoftwareInventory {
        versions,
        sets,
        machines,
        ..
    } = inventory;
    assert!(versions.is_sorted_by(|one, other| one < other));
    assert!(machines.is_sorted_by(|one, other| one.0 < other.0));
    let used: BTreeSet<u32> = machines.iter().map(|it| it.1).collect();
    assert!(used.into_iter().eq(0..u32::try_from(sets.len()).unwrap()));
    let mut used: BTreeSet<&u32> = BTreeSet::new();
    for set in sets {
        assert!(!set.versions.is_empty());
        assert!(set.versions.is_sorted_by(|one, other| one < other));
        assert_eq!(inventory.versions_of(set).count(), set.versions.len());
        used.extend(&set.versions);
    }
    assert_eq!(used.len(), versions.len());
    for (number, set) in sets.iter().enumerate() {
        assert!(
            !sets[..number].contains(set),
            "machines share their software"
        );
    }
}

fn order_and_parts_make_no_difference(lines: &[&[u8]], inventory: &SoftwareInventory) {
    let same = |rows| assert_eq!(&self::inventory(rows), inventory);
    same(read(lines.iter().rev().copied()));
    same(read(lines.iter().chain(lines).copied()));
    let (one, other) = lines.split_at(lines.len() / 2);
    let mut merged = read(one.iter().copied());
    merged.merge(read(other.iter().copied()));
    assert_eq!(merged.counts.rows, lines.len() as u64);
    same(merged);
}

/// A product in a version on a machine.
type Installed = (MachineId, String, String);

/// What a line means, by means of the JSON library alone.
enum Meaning {
    /// A product of Microsoft's on a machine.
    Installed(Installed),
    /// Nothing: another vendor's, or damage.
    Nothing,
    /// It has numbers or the like in place of texts.
    Odd,
}

fn rows_are_read_as_they_are_written(lines: &[&[u8]], inventory: &SoftwareInventory) {
    let mut read = BTreeSet::new();
    for (machine, set) in &inventory.machines {
        for it in inventory.versions_of(&inventory.sets[*set as usize]) {
            read.insert((*machine, it.product.to_string(), it.version.to_string()));
        }
    }
    let mut written = BTreeSet::new();
    let mut has_odd_ones = false;
    for line in lines {
        match meaning(line) {
            Meaning::Installed(installed) => {
                assert!(read.contains(&installed), "{installed:?} is lost");
                written.insert(installed);
            }
            Meaning::Nothing => {}
            Meaning::Odd => has_odd_ones = true,
        }
    }
    assert!(has_odd_ones || read == written, "{read:?} {written:?}");
}

fn meaning(line: &[u8]) -> Meaning {
    let Ok(Pairs(pairs)) = serde_json::from_slice(line) else {
        // Values that are not used need not be valid in every respect.
        return Meaning::Odd;
    };
    let mut texts = [const { String::new() }; KEYS.len()];
    for (key, value) in pairs {
        let Some(place) = KEYS.iter().position(|it| key.eq_ignore_ascii_case(it)) else {
            continue;
        };
        texts[place] = match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            Value::Array(_) | Value::Object(_) => return Meaning::Nothing,
            Value::Bool(_) | Value::Number(_) => return Meaning::Odd,
        };
    }
    let is_long = texts[..4].iter().any(|text| text.len() > LONGEST_TEXT);
    let [product, version, _, _, _, vendor, machine] = texts;
    let product = product.trim();
    match machine.parse() {
        Ok(machine)
            if vendor.trim().eq_ignore_ascii_case("microsoft")
                && !is_long
                && !product.is_empty() =>
        {
            Meaning::Installed((machine, product.to_owned(), version.trim().to_owned()))
        }
        _ => Meaning::Nothing,
    }
}

/// The keys and values of an object, in their order.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The readable rows of a file are the same inventory if they come as a page.
fn pages_are_read_as_files_are(lines: &[&[u8]]) {
    let is_readable = |line: &&&[u8]| read([**line].into_iter()).counts.unreadable == 0;
    let readable = lines.iter().filter(is_readable);
    let readable: Vec<&str> = readable
        .filter_map(|line| str::from_utf8(line).ok())
        .collect();
    let body = format!("{{\"value\":[{}]}}", readable.join(","));
    let rows = page(body.as_bytes()).unwrap();
    assert_eq!(rows.counts.rows, readable.len() as u64);
    let as_file = read(readable.iter().map(|line| line.as_bytes()));
    assert_eq!(inventory(rows), inventory(as_file));
}

fn concerns_this_call(error: &CallError) {
    assert_eq!(error.class, Class::Retryable(None));
    assert_eq!(error.failure.reason, Reason::BadReply);
    assert_eq!(error.failure.http_status, Some(200));
}
