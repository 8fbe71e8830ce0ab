//! `gaps.csv`. A fleet has millions of gaps, but few distinct KB descriptions. So the cells that do not
//! depend on the machine are formatted once per description and reused.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::{self, Write},
    sync::Arc,
};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::cells::Cells;
use crate::{
    domain::{
        kb::{ByPointer, MissingKb},
        machine::MachineId,
    },
    policy::GapMark,
    report::{
        Report, Run,
        table::{Column, DependsOn, GapLine, Gaps, MachineNames, Scope, Table, Target, columns},
    },
};

pub(super) struct GapsCsv;

impl Report for GapsCsv {
    fn file_name(&self) -> &'static str {
        Gaps::FILE
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let columns = columns::<Gaps>(Target::Csv, Scope::of(run));
        let mut header = Cells::new(run, out);
        header.header(&columns, run.inventory)?;
        header.finish()?;
        let names = MachineNames::of(run.inventory);
        let mut rows = Rows::new(run, &columns);
        Gaps::for_each_machine(run, &names, &mut |machine| {
            machine.lines().try_for_each(|line| rows.push(&line))?;
            out.write_all(&rows.bytes)?;
            rows.bytes.clear();
            Ok(())
        })
    }
}

/// The maximum number of cached descriptions. A full cache is cleared, so that memory is bounded.
const MOST: usize = 1 << 15;

/// Formats the rows.
struct Rows<'run> {
    run: &'run Run<'run>,
    /// Groups of adjacent columns that depend on the same.
    parts: Vec<ColumnGroup<'run>>,
    bytes: Vec<u8>,
}

struct ColumnGroup<'run> {
    columns: &'run [Column<Gaps>],
    /// The formatted cells of the previous gap, and what they depend on: most gaps of a machine have the same.
    last: Option<(Key, Box<[u8]>)>,
    /// The formatted cells by description, for columns that depend on it.
    of_gap: HashMap<ByPointer<MissingKb>, Box<[u8]>, RandomState>,
}

/// What cells depend on, other than the description.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Machine(MachineId),
    Since(Timestamp),
    Mark(GapMark),
}

impl<'run> Rows<'run> {
    fn new(run: &'run Run<'run>, columns: &'run [Column<Gaps>]) -> Self {
        let parts = columns.chunk_by(|one, next| one.depends_on == next.depends_on);
        let parts = parts.map(|columns| ColumnGroup {
            columns,
            last: None,
            of_gap: HashMap::default(),
        });
        Self {
            run,
            parts: parts.collect(),
            bytes: Vec::new(),
        }
    }

    fn push(&mut self, line: &GapLine<'_>) -> io::Result<()> {
        for (at, part) in self.parts.iter_mut().enumerate() {
            self.bytes.extend((at > 0).then_some(b','));
            let cells = part.cells(self.run, line)?;
            self.bytes.extend_from_slice(cells);
        }
        self.bytes.push(b'\n');
        Ok(())
    }
}

impl ColumnGroup<'_> {
    fn cells(&mut self, run: &Run<'_>, line: &GapLine<'_>) -> io::Result<&[u8]> {
        let key = match self.columns.first().map(|it| it.depends_on) {
            Some(DependsOn::Machine) => Key::Machine(line.machine.id),
            Some(DependsOn::Since) => Key::Since(line.since),
            Some(DependsOn::Mark) => Key::Mark(line.mark),
            Some(DependsOn::Description) | None => return self.of_description(run, line),
        };
        let known = self.last.take().filter(|it| it.0 == key);
        let cells = match known {
            Some((_, cells)) => cells,
            None => written(run, self.columns, line)?,
        };
        Ok(&self.last.insert((key, cells)).1)
    }

    fn of_description(&mut self, run: &Run<'_>, line: &GapLine<'_>) -> io::Result<&[u8]> {
        if self.of_gap.len() >= MOST {
            self.of_gap.clear();
        }
        Ok(match self.of_gap.entry(ByPointer(Arc::clone(line.gap))) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(written(run, self.columns, line)?),
        })
    }
}

/// Formats these cells of a row as CSV, without the line end.
fn written(run: &Run<'_>, columns: &[Column<Gaps>], line: &GapLine<'_>) -> io::Result<Box<[u8]>> {
    let mut bytes = Vec::new();
    let mut cells = Cells::new(run, &mut bytes);
    cells.row(columns, line)?;
    cells.finish()?;
    // The line end.
    bytes.pop();
    // A row of a single empty cell is quoted, so that it is not an empty line; here it is part of a row.
    if bytes == b"\"\"" {
        bytes.clear();
    }
    Ok(bytes.into())
}
