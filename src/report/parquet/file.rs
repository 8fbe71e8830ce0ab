//! Writes a Parquet file, row group by row group.

use std::{
    io::{self, Write},
    mem,
    sync::Arc,
};

use parquet::{
    basic::{Compression, ZstdLevel},
    errors::{ParquetError, Result},
    file::{
        metadata::{KeyValue, SortingColumn},
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
};

use super::columns::{FileColumn, schema};
use crate::report::{Run, time::rfc3339};

/// Incremented when a column is removed or changes its meaning, not when one is added.
const SCHEMA_VERSION: u32 = 1;

/// The key of the metadata that identifies the run of a file of a lake.
pub(super) const RUN_KEY: &str = "runKey";

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A report of one run.
    Report,
    /// A part of a lake: smaller, because it is kept for years, and with metadata about its run.
    Lake,
}

/// How a table is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Storage {
    /// The name of the table.
    pub(super) table: &'static str,
    pub(super) purpose: Purpose,
    /// The indices of the columns by which its rows are sorted.
    pub(super) sorted_by: &'static [i32],
}

/// A Parquet file that is being written.
pub(super) struct File<'out> {
    // The crate requires a `Send` writer, which `out` is not.
    writer: SerializedFileWriter<Vec<u8>>,
    out: &'out mut dyn Write,
}

impl<'out> File<'out> {
    /// A file with these columns.
    pub(super) fn new(
        run: &Run<'_>,
        storage: Storage,
        columns: &[FileColumn],
        out: &'out mut dyn Write,
    ) -> io::Result<Self> {
        let schema = schema(storage.table, columns).map_err(error)?;
        let properties = Arc::new(properties(run, storage));
        let writer = SerializedFileWriter::new(Vec::new(), schema, properties).map_err(error)?;
        Ok(Self { writer, out })
    }

    /// Writes a row group. `write` writes the values of the column with this index.
    pub(super) fn write_group(
        &mut self,
        mut write: impl FnMut(usize, &mut SerializedColumnWriter<'_>) -> Result<()>,
    ) -> io::Result<()> {
        let mut group = || -> Result<()> {
            let mut group = self.writer.next_row_group()?;
            let mut index = 0;
            while let Some(mut column) = group.next_column()? {
                write(index, &mut column)?;
                column.close()?;
                index += 1;
            }
            group.close()?;
            self.writer.flush()?;
            Ok(())
        };
        group().map_err(error)?;
        self.out.write_all(&mem::take(self.writer.inner_mut()))
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.out
            .write_all(&self.writer.into_inner().map_err(error)?)
    }
}

/// Contains no time of writing, so that the same run gives the same bytes.
fn properties(run: &Run<'_>, storage: Storage) -> WriterProperties {
    let tool = run.facts.tool;
    let ascending = |column_idx: &i32| SortingColumn {
        column_idx: *column_idx,
        descending: false,
        nulls_first: false,
    };
    let sorting: Vec<SortingColumn> = storage.sorted_by.iter().map(ascending).collect();
    let compression = match storage.purpose {
        Purpose::Report => Compression::SNAPPY,
        Purpose::Lake => Compression::ZSTD(ZstdLevel::default()),
    };
    WriterProperties::builder()
        .set_created_by(format!("{} {}", tool.name, tool.version))
        .set_compression(compression)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns((!sorting.is_empty()).then_some(sorting))
        .set_key_value_metadata(Some(metadata(run, storage.purpose)))
        .build()
}

/// Metadata that the rows do not contain, above all the coverage of the fleet.
fn metadata(run: &Run<'_>, purpose: Purpose) -> Vec<KeyValue> {
    let (facts, coverage) = (run.facts, run.fleet.coverage);
    let key = (purpose == Purpose::Lake).then(|| facts.run_key());
    [
        ("schemaVersion", Some(SCHEMA_VERSION.to_string())),
        ("tenantId", facts.tenant_id.clone()),
        ("startedAt", Some(rfc3339(facts.started_at))),
        ("finishedAt", Some(rfc3339(facts.finished_at))),
        ("outcome", Some(facts.outcome.to_string())),
        ("answered", Some(coverage.answered.to_string())),
        ("machines", Some(coverage.machines().to_string())),
        (RUN_KEY, key),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(KeyValue::new(key.to_owned(), value?)))
    .collect()
}

fn error(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
