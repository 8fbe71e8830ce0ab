//! Tables for `DuckDB`, Spark, Fabric and similar tools, typed and compact: the columns of the CSV files.
//!
//! - [`columns`]: the columns of a file, and their values that are not yet written
//! - [`mod@file`]: the file itself, row group by row group
//! - [`gaps`]: `gaps.parquet`, the largest table by far
//! - [`lake`]: the tables of a lake; [`by_kb`]: its gaps, sorted by KB; [`existing`]: the files that it has

mod by_kb;
mod columns;
mod existing;
mod file;
mod gaps;
mod lake;

use std::io::{self, Write};

pub(super) use self::lake::tables as lake_tables;
use self::{
    columns::{Buffer, file_columns},
    file::{File, Purpose, Storage},
    gaps::GapsParquet,
};
use super::{
    Extras, Report, Run,
    table::{self, Cell, Changes, Column, Kbs, Machines, Table, Target},
};

/// About how many bytes of values a row group has, and how many rows at most. They are held in
/// memory.
const GROUP: GroupLimits = GroupLimits {
    bytes: 16 << 20,
    rows: 100_000,
};

/// All Parquet reports.
pub(super) fn reports() -> [Box<dyn Report>; 4] {
    [
        Box::new(TableParquet(Kbs, "kbs.parquet")),
        Box::new(TableParquet(Machines, "machines.parquet")),
        Box::new(GapsParquet),
        Box::new(TableParquet(Changes, "changes.parquet")),
    ]
}

/// A table as a Parquet file of this name.
struct TableParquet<T>(T, &'static str);

impl<T: Table> Report for TableParquet<T> {
    fn file_name(&self) -> &'static str {
        self.1
    }

    fn is_written(&self, extras: Extras) -> bool {
        T::is_written(extras)
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        write::<T>(run, GROUP, out)
    }
}

/// When a row group is full.
#[derive(Debug, Clone, Copy)]
struct GroupLimits {
    bytes: usize,
    rows: usize,
}

fn write<T: Table>(run: &Run<'_>, limits: GroupLimits, out: &mut dyn Write) -> io::Result<()> {
    let columns = table::columns::<T>(Target::Csv, table::Scope::of(run));
    let storage = Storage {
        table: name_of::<T>(),
        purpose: Purpose::Report,
        sorted_by: &[],
    };
    write_columns(run, &columns, storage, limits, out)
}

/// The name of a table, without an extension.
fn name_of<T: Table>() -> &'static str {
    T::FILE.trim_end_matches(".csv")
}

fn write_columns<T: Table>(
    run: &Run<'_>,
    columns: &[Column<T>],
    storage: Storage,
    limits: GroupLimits,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file_columns = file_columns(columns, run.inventory);
    let mut file = File::new(run, storage, &file_columns, out)?;
    let mut group = Group {
        buffers: file_columns.iter().map(Buffer::of).collect(),
        bytes: 0,
        rows: 0,
    };
    T::for_each(run, &mut |row| {
        group.push(columns.iter().map(|column| (column.value)(row)));
        if group.bytes >= limits.bytes || group.rows >= limits.rows {
            group.write(&mut file)?;
        }
        Ok(())
    })?;
    if group.rows > 0 {
        group.write(&mut file)?;
    }
    file.finish()
}

/// Rows that are held in memory until their row group is written.
struct Group {
    buffers: Vec<Buffer>,
    /// About the size of the rows.
    bytes: usize,
    rows: usize,
}

impl Group {
    /// Adds a row. A cell with a row of the list is one of each of its columns.
    fn push<'row>(&mut self, cells: impl Iterator<Item = Cell<'row>>) {
        let mut buffers = self.buffers.iter_mut();
        let mut push = |cell| {
            let buffer = buffers.next();
            self.bytes += buffer.map_or(0, |buffer| buffer.push(cell));
        };
        for cell in cells {
            if let Cell::Inventory(names, position) = cell {
                let listed = names.inventory.row(position);
                listed.for_each(|text| push(Cell::Foreign(text)));
            } else {
                push(cell);
            }
        }
        self.rows += 1;
    }

    fn write(&mut self, file: &mut File<'_>) -> io::Result<()> {
        let buffers = &mut self.buffers;
        file.write_group(|index, out| buffers[index].write(out))?;
        (self.bytes, self.rows) = (0, 0);
        Ok(())
    }
}

#[cfg(test)]
pub(in crate::report) mod tests;
