//! The service's list as CSV: written to a file, or read like any other list.

use std::{
    borrow::Cow,
    io::{self, Read, Write},
};

use csv::ByteRecord;

use super::table::{COLUMNS, ServiceList};
use crate::{
    domain::csv_guard::guarded,
    inventory::{
        Inventory, InventoryError,
        columns::header::FirstRow,
        read_from,
        text::{cell::cell, ids::machine_id, row::is_marker},
    },
};

/// The number of rows that are encoded together.
const ROWS_PER_BATCH: usize = 256;

/// The list as CSV, row by row: it is never in memory as a whole.
struct CsvReader<'list> {
    list: &'list ServiceList,
    guard: bool,
    /// The index of the next machine.
    next: usize,
    /// Encoded rows, of which the first bytes have been read.
    rows: Vec<u8>,
    read: usize,
}

/// Writes the list as CSV. `guard` protects its cells from being run by a spreadsheet.
pub fn write_csv(list: &ServiceList, guard: bool, out: &mut dyn Write) -> io::Result<()> {
    io::copy(&mut CsvReader::new(list, guard)?, out).map(drop)
}

impl ServiceList {
    /// The list as a run reads it. `name` is used in index of the file name.
    pub fn inventory(&self, name: &str, guard: bool) -> Result<Inventory, InventoryError> {
        let reader = CsvReader::new(self, guard).map_err(|error| InventoryError {
            file: name.to_owned(),
            problem: error.into(),
        })?;
        read_from(reader, name, Some(COLUMNS[0]))
    }
}

impl<'list> CsvReader<'list> {
    fn new(list: &'list ServiceList, guard: bool) -> io::Result<Self> {
        let mut rows = writer(Vec::new());
        rows.write_record(COLUMNS)?;
        Ok(Self {
            list,
            guard,
            next: 0,
            rows: finished(rows)?,
            read: 0,
        })
    }

    /// Encodes the next rows.
    fn encode_next(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.rows);
        buffer.clear();
        self.read = 0;
        let mut rows = writer(buffer);
        let end = self.list.len().min(self.next + ROWS_PER_BATCH);
        for index in self.next..end {
            let cells = self.list.row(index).map(|cell| self.cell(cell));
            rows.write_byte_record(&unmistakable(cells.map(Cow::into_owned).collect()))?;
        }
        self.next = end;
        self.rows = finished(rows)?;
        Ok(())
    }

    fn cell<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if self.guard {
            guarded(text)
        } else {
            text.into()
        }
    }
}

/// The row, unchanged unless it has no machine id and could be mistaken for a header or a marker.
/// Such a row has its other cells emptied, so that it counts as a row without a valid id.
fn unmistakable(cells: Vec<String>) -> ByteRecord {
    let row = ByteRecord::from(cells);
    let id = cell(row.get(0).unwrap_or_default());
    let is_mistakable =
        || is_marker(&row) || FirstRow::of(&row, None) != FirstRow::Unknown || id.trim().is_empty();
    if machine_id(&id).is_some() || !is_mistakable() {
        return row;
    }
    let mut rest = vec![String::new(); COLUMNS.len()];
    rest[0] = format!("? {id}");
    rest.into()
}

fn writer(buffer: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().from_writer(buffer)
}

fn finished(writer: csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

impl Read for CsvReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.rows.len() && self.next < self.list.len() {
            self.encode_next()?;
        }
        let read = (&self.rows[self.read..]).read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
