//! The run that a row belongs to, so that the tables of several nights can be read as one.

use jiff::civil::Date;

use super::{Cell, cell::NumberStyle};
use crate::report::Facts;

/// The number and the date of a row's run. Both are missing if the answers are of several runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct RunStamp {
    run: Option<i64>,
    date: Option<Date>,
}

impl RunStamp {
    pub(in crate::report) fn of(facts: &Facts) -> Self {
        Self {
            run: facts.run,
            date: facts.date(),
        }
    }

    /// The number of the run in the store.
    pub(super) fn run(self) -> Cell<'static> {
        self.run.map_or(Cell::Empty, |run| {
            Cell::Number(run.unsigned_abs(), NumberStyle::Ordinal)
        })
    }

    /// The local date on which the run started.
    pub(super) fn date(self) -> Option<Date> {
        self.date
    }
}
