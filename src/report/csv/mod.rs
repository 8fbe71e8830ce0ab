//! The CSV files: RFC 4180, UTF-8, a header row, `\n`, and `;` between values of a list.

mod cells;
mod gaps;
mod targets;
mod unlisted;

use std::io::{self, Write};

pub(super) use self::targets::{TARGETS, is_target, left_out, names, targets};
use self::{cells::Cells, gaps::GapsCsv, unlisted::UnlistedCsv};
use super::{
    Extras, Report, Run,
    table::{Census, Changes, CrossCheck, Failures, Kbs, Machines, Scope, Table, Target, columns},
};

/// All CSV reports.
pub(super) fn reports() -> [Box<dyn Report>; 8] {
    [
        Box::new(Csv(Kbs)),
        Box::new(Csv(Machines)),
        Box::new(GapsCsv),
        Box::new(Csv(Failures)),
        changes(),
        Box::new(UnlistedCsv),
        Box::new(Csv(Census)),
        Box::new(Csv(CrossCheck)),
    ]
}

/// `changes.csv` alone.
pub(super) fn changes() -> Box<dyn Report> {
    Box::new(Csv(Changes))
}

/// A table as a CSV file.
struct Csv<T>(T);

impl<T: Table> Report for Csv<T> {
    fn file_name(&self) -> &'static str {
        T::FILE
    }

    fn is_written(&self, extras: Extras) -> bool {
        T::is_written(extras)
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let columns = columns::<T>(Target::Csv, Scope::of(run));
        let mut cells = Cells::new(run, out);
        cells.header(&columns, run.inventory)?;
        T::for_each(run, &mut |row| cells.row(&columns, row))?;
        cells.finish()
    }
}
