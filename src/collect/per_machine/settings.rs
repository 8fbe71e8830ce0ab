//! How a run is steered.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::retry::RetryPolicy;

/// How a run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// No new call; those in flight end by themselves.
    pub gentle: CancellationToken,
    /// Nothing is waited for any more.
    pub hard: CancellationToken,
}

/// Plain values that steer the asking.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Calls in flight at once.
    pub concurrency: usize,
    /// What is done about failures.
    pub policy: RetryPolicy,
    /// Tells when an answer arrived.
    pub clock: fn() -> Timestamp,
}
