//! The run that a row belongs to, so that the tables of several nights can be read as one.

use jiff::{Timestamp, civil::Date};

use crate::{domain::since::whole_days, report::Facts};

/// The number, the date and the start of a row's run. The first two are missing if the answers are of
/// several runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct RunStamp {
    run: Option<i64>,
    date: Option<Date>,
    started_at: Timestamp,
}

impl RunStamp {
    pub(in crate::report) fn of(facts: &Facts) -> Self {
        Self {
            run: facts.run,
            date: facts.date(),
            started_at: facts.started_at,
        }
    }

    /// The number of the run in the store.
    pub(super) fn run(self) -> Option<u64> {
        self.run.map(i64::unsigned_abs)
    }

    /// The number of whole days from a time to the start of the run.
    pub(super) fn days_since(self, since: Timestamp) -> u32 {
        whole_days(since, self.started_at)
    }

    /// The local date on which the run started.
    pub(super) fn date(self) -> Option<Date> {
        self.date
    }
}
