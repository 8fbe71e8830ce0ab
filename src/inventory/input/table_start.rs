//! Finds where the table begins: below a title, some lines about the export, or PowerShell's
//! `#TYPE`.

use csv::ByteRecord;

use crate::inventory::{
    columns::header::{FirstRow, is_short},
    text::{
        cell::cell,
        ids::machine_id,
        row::{filled, first_text, id_position, names},
    },
};

/// How many of `rows`, the first rows of a file, are above its table; `None` if there is no table.
/// `requested` is the name of the id column, if it is given.
///
/// The header is the last row that names an id column before the first ids, provided those are in
/// that column. A row that holds an id is never a title, because the id would be lost.
pub(super) fn table_start(rows: &[ByteRecord], requested: Option<&str>) -> Option<usize> {
    let is_id_row = |row: &ByteRecord| id_position(row).is_some();
    let first_ids = rows.iter().position(is_id_row).unwrap_or(rows.len());
    let (above, below) = rows.split_at(first_ids);
    let is_known = FirstRow::of(rows.first()?, requested) != FirstRow::Unknown;
    let headers: Vec<Option<usize>> = above
        .iter()
        .map(|row| FirstRow::of(row, requested).header())
        .collect();
    let holds_ids = |id: usize| {
        let mut cells = below.iter().filter_map(|row| row.get(id));
        cells.any(|bytes| machine_id(&cell(bytes)).is_some())
    };
    headers
        .iter()
        .rposition(|id| id.is_some_and(holds_ids))
        .or_else(|| is_known.then_some(0))
        .or_else(|| {
            let at = headers.iter().position(Option::is_some)?;
            is_header(&above[at], headers[at]?, &above[..at]).then_some(at)
        })
}

/// Whether this row is a header although no ids below it confirm that: its id column has a longer
/// name than `id`, or it is a row of several names below titles of one cell, or it is below
/// comments.
fn is_header(row: &ByteRecord, id: usize, titles: &[ByteRecord]) -> bool {
    let has_several = filled(row) > 1;
    let says_more = || names(row).get(id).is_some_and(|name| !is_short(name));
    let below_titles = || titles.iter().all(|title| filled(title) == 1);
    let mut titles_start = titles.iter().map(first_text);
    has_several && (says_more() || below_titles())
        || titles_start.all(|title| title.starts_with('#'))
}
