//! The parameters of a new run, and which requests it can skip.

use std::{ops::RangeInclusive, time::Duration};

use jiff::Timestamp;

use crate::{
    inventory::Inventory,
    store::tables::{
        calls::Application,
        cells::millis,
        runs::{RunId, RunRecord, Service},
    },
};

/// Which answers are reused instead of requested again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Those of the same fleet's last run, if it ended early and at most this long ago.
    EndedEarly(Duration),
    /// All answers up to this age, from any run.
    Answers(Duration),
    /// None.
    Nothing,
}

/// The parameters of a new run.
#[derive(Debug, Clone, Copy)]
pub struct RunParams<'run> {
    /// The service to request.
    pub service: &'run Service,
    /// The app registration to send calls with.
    pub application: &'run Application,
    /// The machines to request.
    pub inventory: &'run Inventory,
    /// Which answers are reused.
    pub reuse: Reuse,
    /// The run that it waited for: its results are not requested again either.
    pub waited_for: Option<WaitedFor>,
    /// When the run begins.
    pub now: Timestamp,
}

/// The work of another process with the same app registration that this process waited for.
#[derive(Debug, Clone, Copy)]
pub struct WaitedFor {
    /// When this process was started.
    pub since: Timestamp,
    /// The run that was in progress when the waiting began, if any.
    pub run: Option<RunId>,
}

impl RunParams<'_> {
    /// Whether a run ended early, and recently enough to resume.
    pub(crate) fn can_resume(&self, last: &RunRecord) -> bool {
        match self.reuse {
            Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
                last.ended_early() && is_within(last.active_at, self.now, longest)
            }
            Reuse::Nothing => false,
        }
    }

    /// The range of times of answers that are recent enough. It is extended by the time spent
    /// waiting for another process, so that answers do not become too old while this one waits.
    pub(crate) fn recent(&self, longest: Duration) -> RangeInclusive<i64> {
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let now = millis(self.now);
        let since = self
            .waited_for
            .map_or(now, |waited_for| millis(waited_for.since).min(now));
        since.saturating_sub(longest)..=now.saturating_add(longest)
    }
}

/// Whether a time is at most this far from now. If the clock was set back, times may lie in the
/// future: their distance counts in the same way.
fn is_within(then: Timestamp, now: Timestamp, longest: Duration) -> bool {
    now.duration_since(then).unsigned_abs() <= longest
}
