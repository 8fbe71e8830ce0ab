//! Where the table begins: below a title, a few lines about the export, PowerShell's `#TYPE`.

use csv::ByteRecord;

use super::{
    columns::{FirstRow, id_position, is_short, names, recognise},
    decode::cell,
    ids::machine_id,
    shape::filled,
    unseen::is_unseen,
};

/// How many of these rows, the first of a file, stand above its table; none where no table
/// shows. The id column may be asked for by name.
///
/// The header is the last row with an id column before the first ids, if those stand in that
/// column. A row that holds an id is no title: it would be lost.
pub(super) fn table_begins(rows: &[ByteRecord], asked: Option<&str>) -> Option<usize> {
    let is_id_row = |row: &ByteRecord| id_position(row).is_some();
    let first_ids = rows.iter().position(is_id_row).unwrap_or(rows.len());
    let is_known = |row: &ByteRecord| recognise(row, asked) != FirstRow::Unknown;
    let first = rows.first()?;
    above_ids(rows, first_ids, asked)
        .or_else(|| is_known(first).then_some(0))
        .or_else(|| above_no_ids(&rows[..first_ids], asked))
}

/// The last header above the first ids whose column they stand in.
fn above_ids(rows: &[ByteRecord], first_ids: usize, asked: Option<&str>) -> Option<usize> {
    (0..first_ids).rev().find(|&at| {
        let FirstRow::Header { id } = recognise(&rows[at], asked) else {
            return false;
        };
        let below = rows[first_ids..].iter().filter_map(|row| row.get(id));
        below
            .into_iter()
            .any(|bytes| machine_id(&cell(bytes)).is_some())
    })
}

/// The first header, where no ids show that could tell: it says more than `id`, or it is a row of
/// several names below titles that stand alone, or below comments.
fn above_no_ids(rows: &[ByteRecord], asked: Option<&str>) -> Option<usize> {
    let header = |row: &ByteRecord| match recognise(row, asked) {
        FirstRow::Header { id } => Some(id),
        FirstRow::Data { .. } | FirstRow::Unknown => None,
    };
    let (at, id) = (0..)
        .zip(rows)
        .find_map(|(at, row)| Some((at, header(row)?)))?;
    let (titles, row) = (&rows[..at], &rows[at]);
    let is_telling = filled(row) > 1 && names(row).get(id).is_some_and(|name| !is_short(name));
    let stand_alone = filled(row) > 1 && titles.iter().all(|title| filled(title) == 1);
    let are_comments = titles
        .iter()
        .all(|title| first_text(title).starts_with('#'));
    (is_telling || stand_alone || are_comments).then_some(at)
}

/// Whether a program left this row for another one: PowerShell's `#TYPE System.Object`, `sep=;` for
/// Excel, or the line of dashes below a header. It is never a row of data.
pub(super) fn is_marker(row: &ByteRecord) -> bool {
    let text = first_text(row).to_lowercase();
    let is_separator = text
        .strip_prefix("sep=")
        .is_some_and(|it| it.chars().count() <= 1);
    let is_line = text.starts_with("--") && row.iter().flatten().all(|it| b"- \t\r\n".contains(it));
    text.starts_with("#type ") || is_separator || is_line
}

/// The first cell of the row that holds anything, without quotes around it.
pub(super) fn first_text(row: &ByteRecord) -> String {
    let is_around = |letter| is_unseen(letter) || matches!(letter, '"' | '\'');
    let mut texts = row
        .iter()
        .map(|bytes| cell(bytes).trim_matches(is_around).to_owned());
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::shape::sniff;
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";

    #[test]
    fn the_header_is_the_row_above_the_ids() {
        for (start, asked, titles) in [
            // Titles that stand alone need no ids below.
            ("Device ID;Name\n", None, 0),
            ("Our fleet, as of today\n\nDevice ID;Name\n", None, 1),
            ("Our fleet\nMay\nName;Device ID\n", None, 2),
            ("Our fleet\nDevice ID\n", None, 0),
            ("Our;fleet\nDevice ID;Name\n", None, 1),
            ("Our;fleet\nid;Name\n", None, 0),
            ("not an id\n*;Name\n", None, 0),
            ("#TYPE System.Object\n\"id\"\n", None, 1),
            ("#TYPE System.Object\n\"Kennung\"\n", Some("kennung"), 1),
            // With ids below, the shape of what is above does not matter.
            ("Our fleet\nDevice ID\n*\n", None, 1),
            ("Our;fleet\nby;me\n\nDevice ID;Name\n*;x\n", None, 2),
            ("#TYPE A.B\nid\n*\n", None, 1),
            ("#TYPE A.B\nName;id;OS\nx;*;y\n", Some("ID"), 1),
            ("Our fleet\nKennung;Name\n*;x\n", Some("Kennung"), 1),
            ("# one\n# two;x\nid\nnone\n*\n", None, 2),
            ("ID;5\nDevice ID;Name\n*;x\n", None, 1),
            ("Device ID;Country\n;ID\nx;ID\n*;DE\n", None, 0),
            ("Device ID;Name\nnone;x\n*;x\n", None, 0),
            // An id is no title.
            ("*\nDevice ID;Name\n*;x\n", None, 0),
        ] {
            let start = start.replace('*', ID);
            let shape = sniff(start.as_bytes(), None, asked);
            assert_eq!(shape.titles, titles, "{start:?}");
        }
        let far = format!("{}Device ID;Name\n", "title\n".repeat(100));
        assert_eq!(sniff(far.as_bytes(), None, None).titles, 0);
    }

    #[test]
    fn programs_leave_rows_for_programs() {
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
