//! From the first row, which tells the columns, to the whole inventory.

use std::io::Read;

use super::{
    Inventory, InventoryError, Problem,
    columns::{FirstRow, id_position, names, recognise},
    decode::is_blank,
    header::is_marker,
    joined::Joined,
    reading::{Reading, warn_of_title},
    rows::{Row, Rows, open},
    shape::filled,
    stray,
};

/// Rows of data in which an id column that has another name is looked for.
const ROWS_TO_HINT: usize = 100;

/// Reads an inventory from bytes. `file` is what it is called in reports and errors;
/// `column` is the name of its id column, else that is found.
pub fn read_from(
    reader: impl Read,
    file: &str,
    column: Option<&str>,
) -> Result<Inventory, InventoryError> {
    read_sized(reader, None, file, column)
}

/// The same of a file whose size in bytes is known.
pub(super) fn read_sized(
    reader: impl Read,
    size: Option<u64>,
    file: &str,
    column: Option<&str>,
) -> Result<Inventory, InventoryError> {
    read_rows(reader, size, file, column).map_err(|problem| InventoryError {
        file: file.to_owned(),
        problem,
    })
}

fn read_rows(
    reader: impl Read,
    size: Option<u64>,
    file: &str,
    column: Option<&str>,
) -> Result<Inventory, Problem> {
    let mut rows = open(reader, column)?;
    let expected = rows.expected(size.unwrap_or_default());
    let joined = skip_titles(&mut rows, file, Joined::new(column))?;
    let mut reading = begin(&mut rows, file, column, joined, expected)?;
    while let Some(row) = rows.advance()? {
        reading.take(row)?;
    }
    reading.finish()
}

fn skip_titles<R: Read>(
    rows: &mut Rows<R>,
    file: &str,
    mut joined: Joined,
) -> Result<Joined, Problem> {
    for _ in 0..rows.titles {
        let Some(row) = rows.advance()? else { break };
        stray::check_above(row)?;
        if !is_marker(row.cells) {
            warn_of_title(file, row.line);
            joined.title(row);
        }
    }
    Ok(joined)
}

/// Reads the first row and with it the columns; a first row that is data is taken.
fn begin<R: Read>(
    rows: &mut Rows<R>,
    file: &str,
    column: Option<&str>,
    joined: Joined,
    expected: usize,
) -> Result<Reading, Problem> {
    let first = rows.advance()?.ok_or(Problem::Empty)?;
    let header = names(first.cells);
    let unnamed = vec![String::new(); header.len()];
    match (recognise(first.cells, column), column) {
        (FirstRow::Header { id }, _) => {
            stray::check_above(first)?;
            Ok(Reading::new(file, header, id, joined).expect(expected))
        }
        (FirstRow::Data { id }, _) => Reading::new(file, unnamed, id, joined)
            .expect(expected)
            .with(first),
        (FirstRow::Unknown, Some(column)) => Err(Problem::NoSuchColumn {
            column: column.to_owned(),
            no_header: id_position(first.cells).is_some(),
            columns: header,
        }),
        (FirstRow::Unknown, None) if is_alone(first) => {
            let reading = Reading::new(file, unnamed, 0, joined).unsure(header);
            reading.with(first)
        }
        (FirstRow::Unknown, None) => Err(no_id_column(rows, header)?),
    }
}

/// Whether nothing but the first cell of the row holds anything.
fn is_alone(row: Row<'_>) -> bool {
    filled(row.cells) == 1 && row.cells.get(0).is_some_and(|cell| !is_blank(cell))
}

/// What to say where no column is known: the columns are those of the row above the first ids,
/// else those of the first row.
fn no_id_column<R: Read>(rows: &mut Rows<R>, first: Vec<String>) -> Result<Problem, Problem> {
    let mut above = first.clone();
    for _ in 0..ROWS_TO_HINT {
        let Some(row) = rows.advance()? else { break };
        if let Some(position) = id_position(row.cells) {
            return Ok(match above.get(position).cloned() {
                Some(name) => Problem::NoIdColumn {
                    columns: above,
                    holding: Some(name),
                },
                None => Problem::NoIdColumn {
                    columns: first,
                    holding: None,
                },
            });
        }
        above = names(row.cells);
    }
    Ok(Problem::NoIdColumn {
        columns: first,
        holding: None,
    })
}
