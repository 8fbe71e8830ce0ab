//! `unlisted.csv`: the machines of the service that the run's list lacks.

use std::io::{self, Write};

use crate::report::{Extras, Report, Run};

pub(super) struct UnlistedCsv;

impl Report for UnlistedCsv {
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
