//! Settings of a run.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::retry::RetryPolicy;

/// How a run is stopped.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// No new calls; those in flight are completed.
    pub gentle: CancellationToken,
    /// All waiting ends immediately.
    pub hard: CancellationToken,
}

impl Stops {
    /// The stops of one of several runs: a stop of all runs stops it too, but its own time limit stops no
    /// other run.
    #[must_use]
    pub fn of_one_run(&self) -> Self {
        Self {
            gentle: self.gentle.child_token(),
            hard: self.hard.child_token(),
        }
    }
}

/// Plain values that control collection.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Maximum number of calls in flight.
    pub concurrency: usize,
    /// How failures are handled.
    pub policy: RetryPolicy,
    /// Gives the time when an answer arrived.
    pub clock: fn() -> Timestamp,
}
