//! The CSV files: RFC 4180, UTF-8, a header row, `\n`, and `;` between values of a list.

mod cells;
mod gaps;
mod targets;

use std::io::{self, Write};

pub(super) use self::targets::{TARGETS, is_target};
pub use self::targets::{names, targets, updates_without_targets};
use self::{cells::Cells, gaps::GapsCsv};
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
        Box::new(Unlisted),
        Box::new(Csv(Census)),
        Box::new(Csv(CrossCheck)),
    ]
}

/// `changes.csv` alone.
pub fn changes() -> Box<dyn Report> {
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

/// `unlisted.csv`: the machines of the service that the run's list lacks.
struct Unlisted;

impl Report for Unlisted {
    fn file_name(&self) -> &'static str {
        "unlisted.csv"
    }

    fn is_written(&self, extras: Extras) -> bool {
        extras.list_check
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        run.comparison().map_or(Ok(()), |comparison| {
            comparison.write_unlisted(run.facts.csv_guard, out)
        })
    }
}
