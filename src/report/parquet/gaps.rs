//! `gaps.parquet`. A fleet has millions of gaps, so a row group holds references to their descriptions, and
//! its values are converted in small batches.

use std::{
    io::{self, Write},
    mem,
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    columns::{Buffer, file_columns},
    file::{File, Purpose, Storage},
};
use crate::{
    aggregate::MachineRow,
    domain::kb::MissingKb,
    policy::GapMark,
    report::{
        Report, Run,
        table::{self, Column, GapLine, MachineGaps, MachineNames, RunStamp, Target},
    },
};

/// The target size of a row group, which is held in memory. It may be slightly larger, because the
/// gaps of a machine stay together.
pub(super) const ROWS: usize = 100_000;

/// The number of rows to convert together.
const BATCH_ROWS: usize = 1024;

pub(in crate::report) struct GapsParquet;

impl Report for GapsParquet {
    fn file_name(&self) -> &'static str {
        "gaps.parquet"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(run, ROWS, out)
    }
}

/// A gap that is held in memory until its row group is written.
pub(super) struct HeldGap<'run> {
    machine: &'run MachineRow,
    pub(super) gap: Arc<MissingKb>,
    since: Timestamp,
    names: &'run MachineNames<'run>,
    stamp: RunStamp,
    mark: GapMark,
}

impl<'run> HeldGap<'run> {
    /// The gaps of a machine.
    pub(super) fn of(machine: &MachineGaps<'run>) -> impl Iterator<Item = Self> {
        machine.lines().map(|line| Self {
            machine: machine.machine,
            gap: Arc::clone(line.gap),
            since: line.since,
            names: machine.names,
            stamp: line.stamp,
            mark: line.mark,
        })
    }

    fn line(&self) -> GapLine<'_> {
        GapLine {
            machine: self.machine,
            gap: &self.gap,
            since: self.since,
            names: self.names,
            stamp: self.stamp,
            mark: self.mark,
        }
    }
}

/// A file with gaps that is being written.
pub(super) struct GapsFile<'out> {
    columns: Vec<Column<table::Gaps>>,
    buffers: Vec<Buffer>,
    file: File<'out>,
}

impl<'out> GapsFile<'out> {
    pub(super) fn new(
        run: &Run<'_>,
        columns: Vec<Column<table::Gaps>>,
        storage: Storage,
        out: &'out mut dyn Write,
    ) -> io::Result<Self> {
        let file_columns = file_columns(&columns, run.inventory);
        Ok(Self {
            buffers: file_columns.iter().map(Buffer::of).collect(),
            file: File::new(run, storage, &file_columns, out)?,
            columns,
        })
    }

    /// Writes a row group.
    pub(super) fn write(&mut self, group: &[HeldGap<'_>]) -> io::Result<()> {
        let (columns, buffers) = (&self.columns, &mut self.buffers);
        self.file.write_group(|index, out| {
            for rows in group.chunks(BATCH_ROWS) {
                for row in rows {
                    buffers[index].push((columns[index].value)(&row.line()));
                }
                buffers[index].write(out)?;
            }
            Ok(())
        })
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.file.finish()
    }
}

pub(super) fn write(run: &Run<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let columns = table::columns::<table::Gaps>(Target::Csv, table::Scope::of(run));
    let storage = Storage {
        table: "gaps",
        purpose: Purpose::Report,
        // By machine, then by KB.
        sorted_by: &[0, 1],
    };
    let mut file = GapsFile::new(run, columns, storage, out)?;
    let names = &MachineNames::of(run.inventory);
    let mut group = Vec::new();
    table::Gaps::for_each_machine(run, names, &mut |machine| {
        group.extend(HeldGap::of(machine));
        if group.len() >= most {
            file.write(&mem::take(&mut group))?;
        }
        Ok(())
    })?;
    if !group.is_empty() {
        file.write(&group)?;
    }
    file.finish()
}
