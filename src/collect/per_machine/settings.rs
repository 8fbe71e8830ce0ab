//! Settings of a run.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::retry::RetryPolicy;

/// How a run is stopped.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// No new calls; those in flight end by themselves.
    pub gentle: CancellationToken,
    /// All waiting ends at once.
    pub hard: CancellationToken,
}

/// Plain values that control collecting.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Maximum number of calls in flight.
    pub concurrency: usize,
    /// How failures are handled.
    pub policy: RetryPolicy,
    /// Gives the time when an answer arrived.
    pub clock: fn() -> Timestamp,
}
