//! Finds the column of machine ids, by its name or by the content of the first row.

use csv::ByteRecord;

use crate::inventory::text::{
    ids::is_wrapping,
    invisible::{is_unseen, trimmed},
    row::{id_position, names},
};

/// Names of id columns, normalised by [`plain`], the most specific first. If a file has both
/// `deviceId` and a name that contains the product, `deviceId` is the Entra id.
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
pub(crate) enum FirstRow {
    /// A header that names an id column.
    Header {
        /// Position of the id column.
        id: usize,
    },
    /// A row of data that holds a machine id.
    Data {
        /// Position of the id column.
        id: usize,
    },
    /// Neither can be determined.
    Unknown,
}

impl FirstRow {
    /// Classifies this row as the first of a table. If `requested` names the id column, the row is a
    /// header or unknown.
    ///
    /// A machine id is decisive: it is never the name of a column, whereas a cell of data may be
    /// `ID`, for example for Indonesia.
    pub(crate) fn of(row: &ByteRecord, requested: Option<&str>) -> Self {
        let id = match (requested, id_position(row)) {
            (Some(requested), _) => named(&names(row), requested),
            (None, Some(id)) => return Self::Data { id },
            (None, None) => id_column(&names(row)),
        };
        id.map_or(Self::Unknown, |id| Self::Header { id })
    }

    /// The position of the id column, if this is a header.
    pub(crate) const fn header(self) -> Option<usize> {
        match self {
            Self::Header { id } => Some(id),
            Self::Data { .. } | Self::Unknown => None,
        }
    }
}

fn named(names: &[String], requested: &str) -> Option<usize> {
    let requested = trimmed(requested);
    let loosely = || {
        let requested = Some(plain(requested)).filter(|requested| !requested.is_empty())?;
        names.iter().position(|name| plain(name) == requested)
    };
    names
        .iter()
        .position(|name| name == requested)
        .or_else(loosely)
}

fn id_column(names: &[String]) -> Option<usize> {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    ID_COLUMNS
        .iter()
        .find_map(|known| names.iter().position(|name| known.contains(&name.as_str())))
}

/// Normalises a name: lower case, without separators, quotes and invisible characters.
pub(crate) fn plain(name: &str) -> String {
    let is_spelling = |it: char| is_unseen(it) || is_wrapping(it) || matches!(it, '_' | '-');
    let letters = name.chars().filter(|&letter| !is_spelling(letter));
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a name is just `id`, which may also be a cell of data.
pub(crate) fn is_short(name: &str) -> bool {
    plain(name) == "id"
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";

    fn header(id: usize) -> FirstRow {
        FirstRow::Header { id }
    }

    #[test]
    fn id_column_is_recognised_by_name() {
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
            assert_eq!(FirstRow::of(&row, None), expected, "{row:?}");
        }
    }

    #[test]
    fn requested_column_is_found() {
        let row = ByteRecord::from(vec!["machine_id", "Machine ID", "machineId", "--", ID]);
        for (requested, expected) in [
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
            assert_eq!(
                FirstRow::of(&row, Some(requested)),
                expected,
                "{requested:?}"
            );
        }
    }
}
