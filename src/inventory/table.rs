//! Any table with a header, in the shapes that lists have: hand-written files such as exceptions.

use std::{io::Read, path::Path};

use super::{
    columns::header::{FirstRow, plain},
    error::{Problem, TooMuch},
    input::rows::{CsvRow, Rows, open},
    read::source,
    text::{
        cell::cell,
        invisible::trimmed,
        row::{id_position, names},
    },
};

/// The most rows of a table. It is held in memory.
const MOST_ROWS: usize = 100_000;

/// A table that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainTable {
    /// The names of its columns, as they are written.
    pub columns: Vec<String>,
    /// Its rows without blank ones.
    pub rows: Vec<PlainRow>,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainRow {
    /// The line on which it begins.
    pub line: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// Reads a table from a file. It has a header with this column.
pub fn read_table(path: &Path, column: &str) -> Result<PlainTable, Problem> {
    read_table_from(source::open(path)?, column)
}

/// Reads a table from bytes.
pub fn read_table_from(reader: impl Read, column: &str) -> Result<PlainTable, Problem> {
    let mut rows = open(reader, Some(column))?;
    for _ in 0..rows.titles {
        rows.next_row()?;
    }
    let columns = header(&mut rows, column)?;
    let mut table = PlainTable {
        columns,
        rows: Vec::new(),
    };
    while let Some(row) = rows.next_row()? {
        if table.rows.len() >= MOST_ROWS {
            return Err(TooMuch::TableRows.into());
        }
        table.rows.push(row.into());
    }
    Ok(table)
}

fn header<R: Read>(rows: &mut Rows<R>, column: &str) -> Result<Vec<String>, Problem> {
    let first = rows.next_row()?.ok_or(Problem::Empty)?;
    match FirstRow::of(first.cells, Some(column)).header() {
        Some(_) => Ok(names(first.cells)),
        None => Err(Problem::NoSuchColumn {
            column: column.to_owned(),
            no_header: id_position(first.cells).is_some(),
            columns: names(first.cells),
        }),
    }
}

impl From<CsvRow<'_>> for PlainRow {
    fn from(row: CsvRow<'_>) -> Self {
        let cells = row.cells.iter();
        let cells = cells.map(|bytes| trimmed(&cell(bytes)).to_owned());
        Self {
            line: row.line,
            cells: cells.collect(),
        }
    }
}

/// Whether two names of columns are the same but for case and separators.
pub fn is_same_name(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_shapes_of_lists() {
        let expected = PlainTable {
            columns: vec!["Name".to_owned(), "kb_id".to_owned()],
            rows: vec![PlainRow {
                line: 3,
                cells: vec!["a b".to_owned(), "5".to_owned()],
            }],
        };
        for text in [
            "Name,kb_id\n\na b,5\n",
            "\u{feff}Name;kb_id\r\n\r\n a b ;\"5\"\r\n",
            "Name\tkb_id\n\t\na b\t5",
        ] {
            let table = read_table_from(text.as_bytes(), "kbId").unwrap();
            assert_eq!(table, expected, "{text:?}");
        }
        let utf16: Vec<u8> = "\u{feff}Name;kb_id\n\na b;5\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read_table_from(&utf16[..], "kbId").unwrap(), expected);
    }

    #[test]
    fn other_files_are_refused() {
        for (text, expected) in [
            ("", "it is empty"),
            ("Name\na\n", "no column `kbId`"),
            ("kbId\n\"a\n", "unclosed quote"),
            ("PK\u{3}\u{4}", "Excel workbook"),
            ("{\"kbId\": 5}", "it is JSON"),
        ] {
            let problem = read_table_from(text.as_bytes(), "kbId").unwrap_err();
            assert!(problem.to_string().contains(expected), "{problem}");
        }
    }
}
