//! From the first row, which tells the columns, to the whole inventory.

use std::io::Read;

use super::{
    Inventory, InventoryError, Problem,
    columns::{FirstRow, id_position, names, recognise},
    decode::is_blank,
    reading::Reading,
    rows::{Row, Rows, open},
    shape::filled,
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
    read_rows(reader, file, column).map_err(|problem| InventoryError {
        file: file.to_owned(),
        problem,
    })
}

fn read_rows(reader: impl Read, file: &str, column: Option<&str>) -> Result<Inventory, Problem> {
    let mut rows = open(reader, column)?;
    skip_titles(&mut rows, file)?;
    let mut reading = begin(&mut rows, file, column)?;
    while let Some(row) = rows.advance()? {
        reading.take(row);
    }
    reading.finish()
}

fn skip_titles<R: Read>(rows: &mut Rows<R>, file: &str) -> Result<(), Problem> {
    for _ in 0..rows.titles {
        if let Some(row) = rows.advance()? {
            let line = row.line;
            tracing::warn!(file, line, "line {line} of {file} is a title: not read");
        }
    }
    Ok(())
}

/// Reads the first row and with it the columns; a first row that is data is taken.
fn begin<R: Read>(
    rows: &mut Rows<R>,
    file: &str,
    column: Option<&str>,
) -> Result<Reading, Problem> {
    let first = rows.advance()?.ok_or(Problem::Empty)?;
    let header = names(first.cells);
    let unnamed = vec![String::new(); header.len()];
    match (recognise(first.cells, column), column) {
        (FirstRow::Header { id }, _) => Ok(Reading::new(file, header, id)),
        (FirstRow::Data { id }, _) => Ok(Reading::new(file, unnamed, id).with(first)),
        (FirstRow::Unknown, Some(column)) => Err(Problem::NoSuchColumn {
            column: column.to_owned(),
            no_header: id_position(first.cells).is_some(),
            columns: header,
        }),
        (FirstRow::Unknown, None) if is_alone(first) => {
            Ok(Reading::new(file, unnamed, 0).with(first).unsure(header))
        }
        (FirstRow::Unknown, None) => Err(Problem::NoIdColumn {
            holding: column_of_ids(rows, &header)?,
            columns: header,
        }),
    }
}

/// Whether nothing but the first cell of the row holds anything.
fn is_alone(row: Row<'_>) -> bool {
    filled(row.cells) == 1 && row.cells.get(0).is_some_and(|cell| !is_blank(cell))
}

/// The name of the column in which the next rows hold machine ids.
fn column_of_ids<R: Read>(rows: &mut Rows<R>, names: &[String]) -> Result<Option<String>, Problem> {
    for _ in 0..ROWS_TO_HINT {
        let Some(row) = rows.advance()? else { break };
        if let Some(name) = id_position(row.cells).and_then(|position| names.get(position)) {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}
