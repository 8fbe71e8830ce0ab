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
    file::File,
};
use crate::{
    aggregate::MachineRow,
    domain::kb::MissingKb,
    policy::GapMark,
    report::{
        Report, Run,
        table::{self, Column, GapLine, MachineNames, RunStamp, Target},
    },
};

/// The target size of a row group, which is held in memory. It may be slightly larger, because the
/// gaps of a machine stay together.
pub(super) const ROWS: usize = 100_000;

/// The number of rows to convert at once.
const BATCH: usize = 1024;

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
struct HeldGap<'run> {
    machine: &'run MachineRow,
    gap: Arc<MissingKb>,
    since: Timestamp,
    names: &'run MachineNames<'run>,
    stamp: RunStamp,
    mark: GapMark,
}

impl HeldGap<'_> {
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

pub(super) fn write(run: &Run<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let columns = table::columns::<table::Gaps>(Target::Csv, table::Scope::of(run));
    let file_columns = file_columns(&columns, run.inventory);
    let mut buffers: Vec<Buffer> = file_columns.iter().map(Buffer::of).collect();
    let mut file = File::new(run, "gaps", &file_columns, out)?;
    let mut write = |group: &[HeldGap<'_>]| write_group(&columns, group, &mut buffers, &mut file);
    let names = &MachineNames::of(run.inventory);
    let stamp = RunStamp::of(run.facts);
    let mut group = Vec::new();
    table::Gaps::for_each_machine(run, &mut |machine| {
        group.extend(machine.lines(names, stamp).map(|line| HeldGap {
            machine: machine.machine,
            gap: Arc::clone(line.gap),
            since: line.since,
            names,
            stamp,
            mark: line.mark,
        }));
        if group.len() >= most {
            write(&mem::take(&mut group))?;
        }
        Ok(())
    })?;
    if !group.is_empty() {
        write(&group)?;
    }
    file.finish()
}

fn write_group(
    columns: &[Column<table::Gaps>],
    group: &[HeldGap<'_>],
    buffers: &mut [Buffer],
    file: &mut File<'_>,
) -> io::Result<()> {
    file.write_group(|index, out| {
        for rows in group.chunks(BATCH) {
            for row in rows {
                buffers[index].push((columns[index].value)(&row.line()));
            }
            buffers[index].write(out)?;
        }
        Ok(())
    })
}
