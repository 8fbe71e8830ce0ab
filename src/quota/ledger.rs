//! Records calls, so that the next process counts them too.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use thiserror::Error;

use super::RateLimit;

/// Records the calls to one API, so that they count in its windows beyond the life of this process.
#[async_trait]
pub trait Ledger: Send + Sync + Debug {
    /// Records a call that is about to be sent; the record is durable when this returns. If the
    /// future is dropped before that, the call is not sent, and [`Ledger::answered`] is not called
    /// for it.
    async fn sending(&self) -> Result<CallNumber, StoreFailed>;

    /// Records that a call's answer has arrived or will never arrive. Does not wait.
    fn answered(&self, call: CallNumber);

    /// Waits until nearly all earlier entries are durable. Without windows no calls are recorded,
    /// and this limits what a killed process can lose.
    async fn room(&self) -> Result<(), StoreFailed>;

    /// Records that the service refused a call for quota, and that nothing is sent for this long. Does not
    /// wait.
    fn paused(&self, length: Duration);

    /// Records that the service allows no more calls than this limit. Does not wait.
    fn learned(&self, limit: RateLimit);
}

/// The number of a recorded call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallNumber(pub i64);

/// The store failed, so no more calls may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a call could not be recorded before it was sent")]
pub struct StoreFailed;
