//! The calls of a run, counted.

use serde::Serialize;

/// Counts of calls to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Calls sent, including retries and further pages.
    pub sent: u64,
    /// Those of the sent calls that were retries.
    pub retried: u64,
    /// Calls that the service refused for quota.
    pub throttled: u64,
}

impl Requests {
    /// The larger of both for each count: counts only grow, and updates may arrive out of order.
    #[must_use]
    pub fn max(self, others: Self) -> Self {
        Self {
            sent: self.sent.max(others.sent),
            retried: self.retried.max(others.retried),
            throttled: self.throttled.max(others.throttled),
        }
    }

    /// The sum of both.
    #[must_use]
    pub const fn plus(self, others: Self) -> Self {
        Self {
            sent: self.sent + others.sent,
            retried: self.retried + others.retried,
            throttled: self.throttled + others.throttled,
        }
    }
}
