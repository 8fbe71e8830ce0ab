//! How a run is steered, and how it ends.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::retry::RetryPolicy;
use crate::domain::outcome::Failure;

/// How a run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// No new call; those in flight end by themselves.
    pub gentle: CancellationToken,
    /// Nothing is waited for any more.
    pub hard: CancellationToken,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everything was asked.
    Finished,
    /// Told to stop before that.
    Interrupted,
    /// The service refused the whole run.
    Refused(Failure),
    /// The first machines all failed in this way, or in an outage nothing else came for an
    /// hour.
    Failing(Failure),
    /// Many replies came, and not one of them was the service's own; this was one of them.
    NotTheService(Failure),
    /// The sign-in did not answer for as long as the run waits for it.
    NoSignIn(Failure),
    /// The time for asking was over before that.
    OutOfTime,
    /// Everything was asked but for machines that the service asks to be left alone with for
    /// longer than the run waits.
    Postponed,
    /// A call could not be noted, so that nothing more was sent.
    Unnoted,
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
