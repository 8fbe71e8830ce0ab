//! The shape of a file, told from its beginning: the delimiter, and titles above the table.
//!
//! The csv crate does the parsing here too, once for each delimiter that may be meant.

use std::cmp::Reverse;

use csv::ByteRecord;

use super::table_start::table_start;
use crate::inventory::{columns::header::FirstRow, text::row::filled};

/// Delimiters that are found without being told; of equals the last one wins.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];

/// Rows in which a header below titles, and ids below the header, are looked for.
const ROWS_TO_HEADER: usize = 64;

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// What stands between two cells.
    pub(super) delimiter: u8,
    /// Rows above the header that are a title, not data.
    pub(super) titles: usize,
}

/// How well one delimiter explains the beginning; the greatest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// An id column is found.
    has_table: bool,
    /// It is below few titles.
    titles: Reverse<usize>,
    /// No tab is in its cell. That would be trimmed, but it rather is the delimiter.
    is_tidy: bool,
    /// There are many cells.
    width: usize,
}

/// The shape of the file that begins with `start`, when its id column is asked for by
/// name or not, and when it says itself which delimiter it has.
///
/// The delimiter under which an id column comes out wins, else the one that cuts the most
/// cells.
pub(super) fn sniff(start: &[u8], delimiter: Option<u8>, asked: Option<&str>) -> Shape {
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let shapes = candidates.into_iter().map(|delimiter| {
        let rows = first_rows(start, delimiter);
        let table = table_start(&rows, asked);
        let titles = table.unwrap_or(0);
        let first = rows.get(titles);
        let fit = Fit {
            has_table: table.is_some(),
            titles: Reverse(titles),
            is_tidy: first.is_some_and(|row| is_tidy(row, asked)),
            // Nothing is left of a file of delimiters only when the right one is tried.
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

/// Whether an id column is found, and its cell has no tab.
fn is_tidy(row: &ByteRecord, asked: Option<&str>) -> bool {
    match FirstRow::of(row, asked) {
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

/// The parser of rows, as every reading of an inventory uses it.
pub(super) fn parser(delimiter: u8) -> csv::ReaderBuilder {
    let mut parser = csv::ReaderBuilder::new();
    parser
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter);
    parser
}

/// Excel's own first line, `sep=;`: the delimiter that it names, and its length in bytes.
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
    fn the_delimiter_is_found() {
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
    fn a_delimiter_that_is_told_is_taken() {
        let shape = sniff(b"machineId;a,b,c\n", Some(b','), None);
        assert_eq!(shape.delimiter, b',');
        let shape = sniff(b"a,b,c;Kennung\n", None, Some("kennung"));
        assert_eq!(shape.delimiter, b';', "the column asked for comes out");
    }

    #[test]
    fn excel_names_the_delimiter() {
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
}
