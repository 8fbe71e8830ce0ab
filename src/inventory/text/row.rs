//! Functions on a whole row, independent of its columns.

use csv::ByteRecord;

use super::{
    cell::{cell, is_blank},
    ids::{ids_in, machine_id},
    invisible::{is_unseen, trimmed},
};
use crate::domain::machine::MachineId;

/// The texts of the cells, trimmed: the names in a header.
pub(crate) fn names(row: &ByteRecord) -> Vec<String> {
    row.iter()
        .map(|bytes| trimmed(&cell(bytes)).to_owned())
        .collect()
}

/// The position of the first cell that is a machine id.
pub(crate) fn id_position(row: &ByteRecord) -> Option<usize> {
    row.iter()
        .position(|bytes| machine_id(&cell(bytes)).is_some())
}

/// Every machine id anywhere in the row.
pub(crate) fn ids(row: &ByteRecord) -> Vec<MachineId> {
    row.iter().flat_map(|bytes| ids_in(&cell(bytes))).collect()
}

/// The number of cells that are not blank.
pub(crate) fn filled(row: &ByteRecord) -> usize {
    row.iter().filter(|bytes| !is_blank(bytes)).count()
}

/// Whether this row is a marker that one program writes for another: PowerShell's
/// `#TYPE System.Object`, `sep=;` for Excel, or the line of dashes below a header. It is never
/// data.
pub(crate) fn is_marker(row: &ByteRecord) -> bool {
    let text = first_text(row).to_lowercase();
    let is_separator = text
        .strip_prefix("sep=")
        .is_some_and(|it| it.chars().count() <= 1);
    let is_line = text.starts_with("--") && row.iter().flatten().all(|it| b"- \t\r\n".contains(it));
    text.starts_with("#type ") || is_separator || is_line
}

/// The text of the first cell that is not blank, without quotes around it.
pub(crate) fn first_text(row: &ByteRecord) -> String {
    let is_surrounding = |letter| is_unseen(letter) || matches!(letter, '"' | '\'');
    let mut texts = row
        .iter()
        .map(|bytes| cell(bytes).trim_matches(is_surrounding).to_owned());
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marker_rows_are_recognised() {
        for (row, expected) in [
            (&["#TYPE System.Object", ""][..], true),
            (&["\u{feff}\"#type A.B\""], true),
            (&["sep=;"], true),
            (&["sep=", ""], true),
            (&["Sep=", ""], true),
            (&["--", "----  "], true),
            (&["-", ""], false),
            (&["--", "x"], false),
            (&["sep"], false),
            (&["separate"], false),
            (&["# our fleet"], false),
            (&["#TYPED"], false),
            (&[""], false),
        ] {
            assert_eq!(is_marker(&ByteRecord::from(row)), expected, "{row:?}");
        }
    }
}
