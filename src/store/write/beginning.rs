//! What a run is begun with, and what it need not ask for.

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

/// Which answers are not asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Those of the same fleet's last run, if it ended early and not longer ago than this.
    EndedEarly(Duration),
    /// All that are not older than this, whichever run asked.
    Answers(Duration),
    /// None.
    Nothing,
}

/// What a run is begun with.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'run> {
    /// Whom it asks.
    pub service: &'run Service,
    /// Who asks.
    pub application: &'run Application,
    /// For which machines.
    pub inventory: &'run Inventory,
    /// What it need not ask.
    pub reuse: Reuse,
    /// What it waited for before: what that run was told is not asked for again either.
    pub waited: Option<Waited>,
    /// When it begins.
    pub now: Timestamp,
}

/// What another process did with the same app registration, while this one waited for it.
#[derive(Debug, Clone, Copy)]
pub struct Waited {
    /// When this process was started.
    pub since: Timestamp,
    /// The run that was at work when the waiting began, where one had begun by then.
    pub run: Option<RunId>,
}

impl Beginning<'_> {
    /// Whether a run ended early, and is recent enough to go on with.
    pub(crate) fn can_go_on(&self, last: &RunRecord) -> bool {
        match self.reuse {
            Reuse::EndedEarly(longest) | Reuse::Answers(longest) => {
                last.ended_early() && is_within(last.active_at, self.now, longest)
            }
            Reuse::Nothing => false,
        }
    }

    /// The times of answers that are young enough. Those of a run that was waited for were so when this one
    /// was started: it is not to blame for the waiting.
    pub(crate) fn young(&self, longest: Duration) -> RangeInclusive<i64> {
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let now = millis(self.now);
        let since = self
            .waited
            .map_or(now, |waited| millis(waited.since).min(now));
        since.saturating_sub(longest)..=now.saturating_add(longest)
    }
}

/// Whether a time is this close to now. A clock that was set back makes times of the
/// future: they are as far from now as they would be in the past.
fn is_within(then: Timestamp, now: Timestamp, longest: Duration) -> bool {
    now.duration_since(then).unsigned_abs() <= longest
}
