//! Detects the shape of a file from its beginning: the delimiter, and titles above the table.
//!
//! The beginning is parsed by the csv crate too, once for each candidate delimiter.

use std::cmp::Reverse;

use csv::ByteRecord;

use super::table_start::table_start;
use crate::inventory::{columns::header::FirstRow, text::row::filled};

/// Delimiters that are detected; in a tie the last one wins.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];

/// How many rows are searched for a header below titles, and for ids below the header.
const ROWS_TO_HEADER: usize = 64;

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// The character between two cells.
    pub(super) delimiter: u8,
    /// The number of rows above the header that are titles, not data.
    pub(super) titles: usize,
}

/// How well a delimiter explains the beginning; the greatest value wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// An id column is found.
    has_table: bool,
    /// Fewer titles are better.
    titles: Reverse<usize>,
    /// The cell in the id column has no tab. A tab would be trimmed, but it is more likely the
    /// delimiter.
    is_tidy: bool,
    /// More cells are better.
    width: usize,
}

/// Detects the shape of the file that begins with `start`. `requested` is the name of the id
/// column, if it is given; `delimiter` is the one that the file itself declares, if any.
///
/// A delimiter that yields an id column wins, else the one that yields the most cells.
pub(super) fn sniff(start: &[u8], delimiter: Option<u8>, requested: Option<&str>) -> Shape {
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let shapes = candidates.into_iter().map(|delimiter| {
        let rows = first_rows(start, delimiter);
        let table = table_start(&rows, requested);
        let titles = table.unwrap_or(0);
        let first = rows.get(titles);
        let fit = Fit {
            has_table: table.is_some(),
            titles: Reverse(titles),
            is_tidy: first.is_some_and(|row| is_tidy(row, requested)),
            // No row is left only if the file consists of delimiters and this is the right one.
            width: first.map_or(usize::MAX, ByteRecord::len),
        };
        (fit, Shape { delimiter, titles })
    });
    let best = shapes.max_by_key(|(fit, _)| *fit);
    best.map_or(
        Shape {
            delimiter: b',',
            titles: 0,
        },
        |(_, shape)| shape,
    )
}

/// Whether there is an id column whose cell has no tab.
fn is_tidy(row: &ByteRecord, requested: Option<&str>) -> bool {
    match FirstRow::of(row, requested) {
        FirstRow::Header { id } | FirstRow::Data { id } => !row[id].contains(&b'\t'),
        FirstRow::Unknown => false,
    }
}

fn first_rows(start: &[u8], delimiter: u8) -> Vec<ByteRecord> {
    parser(delimiter)
        .from_reader(start)
        .into_byte_records()
        .map_while(Result::ok)
        .filter(|record| filled(record) > 0)
        .take(ROWS_TO_HEADER)
        .collect()
}

/// The csv parser, configured the same way for every pass over an inventory.
pub(super) fn parser(delimiter: u8) -> csv::ReaderBuilder {
    let mut parser = csv::ReaderBuilder::new();
    parser
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter);
    parser
}

/// Parses Excel's own first line, `sep=;`: the delimiter, and the length of the line in bytes.
pub(super) fn separator_line(start: &[u8]) -> Option<(u8, usize)> {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let end = start.iter().position(is_end).unwrap_or(start.len());
    let (line, after) = start.split_at(end);
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (word, rest) = line.split_at_checked(b"sep=".len())?;
    let (&delimiter, rest) = rest.split_first()?;
    let usable = delimiter == b'\t' || delimiter.is_ascii_punctuation() && delimiter != b'"';
    let alone = matches!(rest.trim_ascii_end(), b"" | b"\"");
    let line_end = if after.starts_with(b"\r\n") { 2 } else { 1 };
    (word.eq_ignore_ascii_case(b"sep=") && usable && alone)
        .then(|| (delimiter, end + line_end.min(after.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";

    #[test]
    fn delimiter_is_detected() {
        for (start, delimiter) in [
            ("name,team\n", b','),
            ("name;team\n", b';'),
            ("name\tteam\n", b'\t'),
            ("\n \n;;;\nname;team\n", b';'),
            ("a;b;c;Name, Vorname\n", b';'),
            ("\"a;b;c;d\",e,f\n", b','),
            ("\"a\n;;;\n\",b\n", b','),
            ("5\" disk;name, long\tb;c\n", b';'),
            ("machineId;a,b,c,d\n", b';'),
            ("a,b,c,d\tDevice ID\n", b'\t'),
            ("ID;a,b,c\n", b';'),
            ("machineId\t;a;b\n", b'\t'),
            ("alone\n", b','),
            (";;\n;;\n", b';'),
            ("", b','),
        ] {
            let start = start.replace("ID;", &format!("{ID};"));
            let shape = sniff(start.as_bytes(), None, None);
            assert_eq!(shape.delimiter, delimiter, "{start:?}");
        }
    }

    #[test]
    fn given_delimiter_and_column_are_respected() {
        let shape = sniff(b"machineId;a,b,c\n", Some(b','), None);
        assert_eq!(shape.delimiter, b',');
        let shape = sniff(b"a,b,c;Kennung\n", None, Some("kennung"));
        assert_eq!(shape.delimiter, b';', "the column asked for comes out");
    }

    #[test]
    fn separator_line_of_excel_is_read() {
        for (start, expected) in [
            ("sep=;\nid", Some((b';', 6))),
            ("SEP=|\r\nid", Some((b'|', 7))),
            ("sep=\t\rid", Some((b'\t', 6))),
            ("\"sep=,\"\nid", Some((b',', 8))),
            ("sep=;", Some((b';', 5))),
            ("sep=\nid", None),
            ("sep=;;\nid", None),
            ("sep=x\nid", None),
            ("sep=é\nid", None),
            ("id\nsep=;\n", None),
            ("", None),
        ] {
            assert_eq!(separator_line(start.as_bytes()), expected, "{start:?}");
        }
    }

    #[test]
    fn header_is_the_row_above_the_ids() {
        for (start, requested, titles) in [
            // Title lines before a known header need no ids below.
            ("Device ID;Name\n", None, 0),
            ("Our fleet, as of today\n\nDevice ID;Name\n", None, 1),
            ("Our fleet\nMay\nName;Device ID\n", None, 2),
            ("Our fleet\nDevice ID\n", None, 0),
            ("Our;fleet\nDevice ID;Name\n", None, 1),
            ("Our;fleet\nid;Name\n", None, 0),
            ("not an id\n*;Name\n", None, 0),
            ("#TYPE System.Object\n\"id\"\n", None, 1),
            ("#TYPE System.Object\n\"Kennung\"\n", Some("kennung"), 1),
            // With ids below, the shape of the lines above does not matter.
            ("Our fleet\nDevice ID\n*\n", None, 1),
            ("Our;fleet\nby;me\n\nDevice ID;Name\n*;x\n", None, 2),
            ("#TYPE A.B\nid\n*\n", None, 1),
            ("#TYPE A.B\nName;id;OS\nx;*;y\n", Some("ID"), 1),
            ("Our fleet\nKennung;Name\n*;x\n", Some("Kennung"), 1),
            ("# one\n# two;x\nid\nnone\n*\n", None, 2),
            ("ID;5\nDevice ID;Name\n*;x\n", None, 1),
            ("Device ID;Country\n;ID\nx;ID\n*;DE\n", None, 0),
            ("Device ID;Name\nnone;x\n*;x\n", None, 0),
            // A line with an id is not a title.
            ("*\nDevice ID;Name\n*;x\n", None, 0),
        ] {
            let start = start.replace('*', ID);
            let shape = sniff(start.as_bytes(), None, requested);
            assert_eq!(shape.titles, titles, "{start:?}");
        }
        let far = format!("{}Device ID;Name\n", "title\n".repeat(100));
        assert_eq!(sniff(far.as_bytes(), None, None).titles, 0);
    }
}
