//! `gaps.parquet`: the gaps for `DuckDB`, Spark, Fabric and similar tools, typed and compact.

mod columns;

use std::{
    io::{self, Write},
    mem,
    sync::Arc,
};

use parquet::{
    basic::Compression,
    errors::ParquetError,
    file::{
        metadata::{KeyValue, SortingColumn},
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
};

use super::{
    Report, Run,
    table::{self, Column, GapLine, MachineNames, RunStamp, Target},
    time::rfc3339,
};
use crate::{aggregate::MachineRow, domain::kb::MissingKb};

/// Incremented when a column is removed or changes its meaning, not when one is added.
const SCHEMA_VERSION: u32 = 1;

/// The target size of a row group, which is held in memory. It may be slightly larger, because the
/// gaps of a machine stay together.
const ROWS: usize = 100_000;

pub(super) struct Gaps;

impl Report for Gaps {
    fn file_name(&self) -> &'static str {
        "gaps.parquet"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(run, ROWS, out)
    }
}

/// A gap that is held in memory until its row group is written.
struct HeldGap<'run> {
    machine: &'run MachineRow,
    gap: Arc<MissingKb>,
    names: &'run MachineNames<'run>,
    stamp: RunStamp,
}

impl HeldGap<'_> {
    fn line(&self) -> GapLine<'_> {
        GapLine {
            machine: self.machine,
            gap: &self.gap,
            names: self.names,
            stamp: self.stamp,
        }
    }
}

fn write(run: &Run<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let columns = table::columns(Target::Csv, run.inventory);
    let properties = Arc::new(properties(run));
    let schema = columns::schema(&columns).map_err(error)?;
    // The crate requires a `Send` writer, which `out` is not.
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).map_err(error)?;
    let mut write = |group: &[HeldGap<'_>]| {
        write_group(&columns, group, &mut file).map_err(error)?;
        out.write_all(&mem::take(file.inner_mut()))
    };
    let names = &MachineNames::of(run.inventory);
    let stamp = RunStamp::of(run.facts);
    let mut group = Vec::new();
    table::Gaps::for_each_machine(run, &mut |machine, missing| {
        group.extend(missing.iter().cloned().map(|gap| HeldGap {
            machine,
            gap,
            names,
            stamp,
        }));
        if group.len() >= most {
            write(&mem::take(&mut group))?;
        }
        Ok(())
    })?;
    if !group.is_empty() {
        write(&group)?;
    }
    out.write_all(&file.into_inner().map_err(error)?)
}

fn write_group(
    columns: &[Column<table::Gaps>],
    group: &[HeldGap<'_>],
    file: &mut SerializedFileWriter<Vec<u8>>,
) -> Result<(), ParquetError> {
    let mut writer = file.next_row_group()?;
    let mut columns = columns.iter();
    while let (Some(column), Some(mut out)) = (columns.next(), writer.next_column()?) {
        columns::write(column, group, &mut out)?;
        out.close()?;
    }
    writer.close()?;
    file.flush()?;
    Ok(())
}

/// Contains no time of writing, so that the same run gives the same bytes.
fn properties(run: &Run<'_>) -> WriterProperties {
    let tool = run.facts.tool;
    let ascending = |column_idx| SortingColumn {
        column_idx,
        descending: false,
        nulls_first: false,
    };
    WriterProperties::builder()
        .set_created_by(format!("{} {}", tool.name, tool.version))
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(Some(vec![ascending(0), ascending(1)]))
        .set_key_value_metadata(Some(metadata(run)))
        .build()
}

/// Metadata that the rows do not contain, above all the coverage of the fleet.
fn metadata(run: &Run<'_>) -> Vec<KeyValue> {
    let (facts, coverage) = (run.facts, run.fleet.coverage);
    [
        ("schemaVersion", Some(SCHEMA_VERSION.to_string())),
        ("tenantId", facts.tenant_id.clone()),
        ("startedAt", Some(rfc3339(facts.started_at))),
        ("finishedAt", Some(rfc3339(facts.finished_at))),
        ("outcome", Some(facts.outcome.to_string())),
        ("answered", Some(coverage.answered.to_string())),
        ("machines", Some(coverage.machines().to_string())),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(KeyValue::new(key.to_owned(), value?)))
    .collect()
}

fn error(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
pub(in crate::report) mod tests;
