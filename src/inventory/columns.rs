//! Columns: which one holds the machine ids, and what the others are called in the report.

use std::collections::HashSet;

use csv::ByteRecord;

use super::{
    decode::cell,
    ids::{is_wrapping, machine_id},
    unseen::{is_unseen, trimmed},
};

/// The columns of `machines.csv` that are our own: no column of the inventory takes their
/// names.
pub const OWN_COLUMNS: &[&str] = &[
    "rank",
    "machineId",
    "status",
    "missingKbs",
    "cveAddressed",
    "cveAddressedMax",
    "topKbId",
    "kbIds",
    "answeredAt",
];

/// What sets a column of the inventory apart from one of ours with the same name.
const PREFIX: &str = "input.";

/// Names of id columns as [`plain`] spells them, those that say most first. Where a file
/// has `deviceId` beside one that names the product, the former is the Entra id.
const ID_COLUMNS: [&[&str]; 3] = [
    &[
        "mdatpdeviceid",
        "mdatpmachineid",
        "mdedeviceid",
        "mdemachineid",
        "defenderdeviceid",
        "defendermachineid",
        "wdatpdeviceid",
        "wdatpmachineid",
        "atpdeviceid",
        "atpmachineid",
        "senseid",
    ],
    &["machineid", "deviceid"],
    &["id"],
];

/// What the first row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstRow {
    /// A header, with the name of the id column here.
    Header {
        /// Position of the id column.
        id: usize,
    },
    /// A row of data: a machine id is here.
    Data {
        /// Position of the id column.
        id: usize,
    },
    /// Neither shows.
    Unknown,
}

/// What the first row is; when an id column is asked for by name, a header or nothing.
///
/// A machine id settles it: no column is called that, while a cell of data may well be
/// `ID`, say for Indonesia.
pub(super) fn recognise(row: &ByteRecord, asked: Option<&str>) -> FirstRow {
    if let Some(asked) = asked {
        return named(&names(row), asked).map_or(FirstRow::Unknown, |id| FirstRow::Header { id });
    }
    if let Some(id) = id_position(row) {
        return FirstRow::Data { id };
    }
    id_column(&names(row)).map_or(FirstRow::Unknown, |id| FirstRow::Header { id })
}

/// The names in a header.
pub(super) fn names(header: &ByteRecord) -> Vec<String> {
    header
        .iter()
        .map(|name| trimmed(&cell(name)).to_owned())
        .collect()
}

/// Where in a row the first machine id is.
pub(super) fn id_position(row: &ByteRecord) -> Option<usize> {
    row.iter()
        .position(|bytes| machine_id(&cell(bytes)).is_some())
}

fn named(names: &[String], asked: &str) -> Option<usize> {
    let asked = trimmed(asked);
    let loosely = || {
        let asked = Some(plain(asked)).filter(|asked| !asked.is_empty())?;
        names.iter().position(|name| plain(name) == asked)
    };
    names.iter().position(|name| name == asked).or_else(loosely)
}

fn id_column(names: &[String]) -> Option<usize> {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    ID_COLUMNS
        .iter()
        .find_map(|known| names.iter().position(|name| known.contains(&name.as_str())))
}

/// A name without what spellings differ in: case, separators, quotes, and what cannot be seen.
pub(super) fn plain(name: &str) -> String {
    let is_spelling = |it: char| is_unseen(it) || is_wrapping(it) || matches!(it, '_' | '-');
    let letters = name.chars().filter(|&letter| !is_spelling(letter));
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a name is nothing but `id`, which may well be a cell of data.
pub(super) fn is_short(name: &str) -> bool {
    plain(name) == "id"
}

/// What the columns other than the id column are called in the report. A column without
/// a name gets its position: `column3`.
pub(super) fn travelling(names: &[String], id: usize) -> Vec<String> {
    let own = OWN_COLUMNS.iter().map(|name| name.to_lowercase());
    let own: HashSet<String> = own.collect();
    let mut taken = own.clone();
    taken.extend(names.iter().map(|name| name.to_lowercase()));

    let mut travelling = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        if position == id {
            continue;
        }
        travelling.push(match name.as_str() {
            "" => free(format!("column{}", position + 1), &taken),
            name if own.contains(&name.to_lowercase()) => free(name.to_owned(), &taken),
            name => name.to_owned(),
        });
    }
    travelling
}

/// The name, prefixed until no column of the file has it. Columns that share a name share
/// the new one, too.
fn free(mut name: String, taken: &HashSet<String>) -> String {
    while taken.contains(&name.to_lowercase()) {
        name.insert_str(0, PREFIX);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";

    fn header(id: usize) -> FirstRow {
        FirstRow::Header { id }
    }

    #[test]
    fn the_id_column_is_known_by_its_name() {
        for (row, expected) in [
            (&["machineId"][..], header(0)),
            (&["Name", "MACHINE_ID"], header(1)),
            (&["Name", " Machine ID "], header(1)),
            (&["device-id"], header(0)),
            (&["\u{feff}\"Device ID\""], header(0)),
            (&["[Name]", "[DeviceId]"], header(1)),
            (
                &["Name", "\u{200e}machine\u{ad}Id\u{202c}\u{a0}"],
                header(1),
            ),
            (&["Name", "id"], header(1)),
            (&["id", "DeviceId"], header(1)),
            (&["Device ID", "machineId"], header(0)),
            (&["deviceId", "MdatpDeviceId"], header(1)),
            (&["AadDeviceId", "Device ID"], header(1)),
            (&["aad_device_id", "Entra device id"], FirstRow::Unknown),
            (&["Name", "Team"], FirstRow::Unknown),
            (&[ID], FirstRow::Data { id: 0 }),
            (&["ID", ID], FirstRow::Data { id: 1 }),
        ] {
            let row = ByteRecord::from(row);
            assert_eq!(recognise(&row, None), expected, "{row:?}");
        }
    }

    #[test]
    fn the_column_asked_for_is_found() {
        let row = ByteRecord::from(vec!["machine_id", "Machine ID", "machineId", "--", ID]);
        for (asked, expected) in [
            ("machineId", header(2)),
            ("Machine ID", header(1)),
            ("MACHINE-ID", header(0)),
            (" machine_id ", header(0)),
            ("\u{feff}machineid\u{200b}", header(0)),
            ("\"machineId\"", header(0)),
            ("'MACHINE ID'", header(0)),
            (ID, header(4)),
            ("-", FirstRow::Unknown),
            ("", FirstRow::Unknown),
            ("Device ID", FirstRow::Unknown),
        ] {
            assert_eq!(recognise(&row, Some(asked)), expected, "{asked:?}");
        }
    }

    #[test]
    fn columns_step_aside_for_ours() {
        for (names, expected) in [
            (&["id", "Name", "Team"][..], &["Name", "Team"][..]),
            (&["id", "STATUS", "Rank"], &["input.STATUS", "input.Rank"]),
            (
                &["id", "input.status", "status", "status"],
                &["input.status", "input.input.status", "input.input.status"],
            ),
            (&["id", "machineId"], &["input.machineId"]),
            (&["id", "", "Column2"], &["input.column2", "Column2"]),
            (&["id", "", ""], &["column2", "column3"]),
            (&["id", "Name", "Name"], &["Name", "Name"]),
        ] {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            assert_eq!(travelling(&names, 0), expected, "{names:?}");
        }
    }

    #[test]
    fn a_name_that_comes_again_and_again_does_not_grow() {
        let names = vec!["rank".to_owned(); 50_000];
        let travelling = travelling(&names, 0);
        assert!(travelling.iter().all(|name| name == "input.rank"));
    }
}
