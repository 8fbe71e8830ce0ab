//! Builds the list from rows: the first row names the columns, or holds an id itself.
//!
//! - `source`: where it is read from; `builder`: builds it row by row, with the `machine_index`
//! - `joined`, `stray`, `surplus`, `skipped`: second headers, ids in other columns, too many cells, machines to skip
//! - `limits`: the memory that it may take

mod builder;
mod joined;
mod limits;
mod machine_index;
mod skipped;
pub(super) mod source;
mod stray;
mod surplus;

use std::io::Read;

use self::{
    builder::{Builder, warn_of_title},
    joined::JoinedLists,
};
use super::{
    columns::{header::FirstRow, layout::Columns},
    error::{InventoryError, Problem},
    input::rows::{CsvRow, Rows, open},
    list::Inventory,
    text::{
        cell::is_blank,
        row::{filled, id_position, is_marker, names},
    },
};

/// How many rows of data are searched for ids in a column with another name.
const ROWS_TO_HINT: usize = 100;

/// What is known about a list before it is read.
#[derive(Debug, Clone, Copy)]
struct ListInfo<'a> {
    /// The name of the file in reports and errors.
    file: &'a str,
    /// The name of its id column, unless it is to be detected.
    column: Option<&'a str>,
    /// Its size in bytes; 0 if unknown.
    size: u64,
}

/// Reads an inventory from bytes. `file` is its name in reports and errors; `column` is the name of
/// its id column, which is detected if not given.
pub fn read_from(
    reader: impl Read,
    file: &str,
    column: Option<&str>,
) -> Result<Inventory, InventoryError> {
    let size = 0;
    read_list(reader, ListInfo { file, column, size })
}

fn read_list(reader: impl Read, info: ListInfo<'_>) -> Result<Inventory, InventoryError> {
    read_rows(reader, info).map_err(|problem| InventoryError {
        file: info.file.to_owned(),
        problem,
    })
}

fn read_rows(reader: impl Read, info: ListInfo<'_>) -> Result<Inventory, Problem> {
    let mut rows = open(reader, info.column)?;
    let joined = read_titles(&mut rows, info)?;
    let mut builder = read_first(&mut rows, info, joined)?;
    builder.reserve(rows.expected(info.size));
    while let Some(row) = rows.next_row()? {
        builder.add(row)?;
    }
    builder.finish()
}

fn read_titles<R: Read>(rows: &mut Rows<R>, info: ListInfo<'_>) -> Result<JoinedLists, Problem> {
    let mut joined = JoinedLists::new(info.column);
    for _ in 0..rows.titles {
        let Some(row) = rows.next_row()? else { break };
        stray::check_above(row)?;
        if !is_marker(row.cells) {
            warn_of_title(info.file, row.line);
            joined.title(row);
        }
    }
    Ok(joined)
}

/// Reads the first row: the header, or a row of data.
fn read_first<R: Read>(
    rows: &mut Rows<R>,
    info: ListInfo<'_>,
    joined: JoinedLists,
) -> Result<Builder, Problem> {
    let first = rows.next_row()?.ok_or(Problem::Empty)?;
    let header = names(first.cells);
    let (id, is_header) = match FirstRow::of(first.cells, info.column) {
        FirstRow::Header { id } => (id, true),
        FirstRow::Data { id } => (id, false),
        FirstRow::Unknown if info.column.is_none() && is_alone(first) => (0, false),
        FirstRow::Unknown => {
            return Err(match info.column {
                Some(column) => Problem::NoSuchColumn {
                    column: column.to_owned(),
                    no_header: id_position(first.cells).is_some(),
                    columns: header,
                },
                None => no_id_column(rows, header)?,
            });
        }
    };
    if is_header {
        stray::check_above(first)?;
        let columns = Columns { names: header, id };
        return Ok(Builder::new(info.file, columns, joined));
    }
    let names = vec![String::new(); header.len()];
    let builder = Builder::new(info.file, Columns { names, id }, joined);
    builder.starting_with_data(first, header)
}

/// Whether the first cell of the row is the only one that is not blank.
fn is_alone(row: CsvRow<'_>) -> bool {
    filled(row.cells) == 1 && row.cells.get(0).is_some_and(|cell| !is_blank(cell))
}

/// The error for a file without a recognised id column. It lists the columns of the row above the
/// first ids, else those of the first row.
fn no_id_column<R: Read>(rows: &mut Rows<R>, first: Vec<String>) -> Result<Problem, Problem> {
    let mut above = first.clone();
    for _ in 0..ROWS_TO_HINT {
        let Some(row) = rows.next_row()? else { break };
        if let Some(position) = id_position(row.cells) {
            let Some(column_with_ids) = above.get(position).cloned() else {
                break;
            };
            return Ok(Problem::NoIdColumn {
                columns: above,
                column_with_ids: Some(column_with_ids),
            });
        }
        above = names(row.cells);
    }
    Ok(Problem::NoIdColumn {
        columns: first,
        column_with_ids: None,
    })
}
