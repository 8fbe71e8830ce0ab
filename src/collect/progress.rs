//! How far the collecting is, for whoever shows or keeps it.

use std::time::Duration;

use serde::Serialize;

use crate::quota::Waiting;

/// Calls to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Calls sent, repeated ones and further pages included.
    pub sent: u64,
    /// Calls of these that repeated an earlier one.
    pub retried: u64,
    /// Calls that the service refused for quota.
    pub throttled: u64,
}

impl Requests {
    /// These or those, whichever are more: counts only grow, and news of them may overtake.
    #[must_use]
    pub fn max(self, others: Self) -> Self {
        Self {
            sent: self.sent.max(others.sent),
            retried: self.retried.max(others.retried),
            throttled: self.throttled.max(others.throttled),
        }
    }

    /// These, and others beside them.
    #[must_use]
    pub const fn plus(self, others: Self) -> Self {
        Self {
            sent: self.sent + others.sent,
            retried: self.retried + others.retried,
            throttled: self.throttled + others.throttled,
        }
    }
}

/// Machines by what became of them so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Machines of the run.
    pub machines: u64,
    /// Answered machines, those whose answers were there already included.
    pub answered: u64,
    /// Machines that the service does not know, those to be asked again late included.
    pub not_found: u64,
    /// Machines without an answer for another reason.
    pub failed: u64,
}

impl Counts {
    /// Machines that need no further call by what is known now.
    pub fn done(&self) -> u64 {
        self.answered + self.not_found + self.failed
    }

    /// Machines that nothing is known of yet.
    pub fn left(&self) -> u64 {
        self.machines - self.done()
    }
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Machines by what became of them so far.
    pub counts: Counts,
    /// Calls to the service so far.
    pub requests: Requests,
    /// For each limit of the quota, calls that count now, and how many may.
    pub used: Vec<(usize, usize)>,
    /// Why no call can be sent now, and for how much longer.
    pub waiting: Option<(Waiting, Duration)>,
    /// Until the run will have ended, by the quota's schedule.
    pub remaining: Duration,
    /// The same if answers take as long as they may: longer only before the first answer.
    pub remaining_at_most: Duration,
}
