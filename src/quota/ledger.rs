//! Where calls are recorded, so that the next process knows of them.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use thiserror::Error;

/// Keeps the calls to one API that count in its windows, beyond the life of this process.
#[async_trait]
pub trait Ledger: Send + Sync + Debug {
    /// Records a call that is about to be sent; when it returns, the record is safe. Where it is
    /// dropped before that, the call is not sent, and [`Ledger::answered`] is not called for it.
    async fn sending(&self) -> Result<CallNumber, StoreFailed>;

    /// Records that a call's answer arrived or never will. Never waits.
    fn answered(&self, call: CallNumber);

    /// Waits until nearly all earlier entries are safe. Where there are no windows, no call is
    /// recorded, and this keeps what a kill can cost as small.
    async fn room(&self) -> Result<(), StoreFailed>;

    /// Records that the service refused a call for quota, and that nothing is sent for so
    /// long. Never waits.
    fn paused(&self, length: Duration);
}

/// The number of a call that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallNumber(pub i64);

/// The store failed, so that nothing more may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a call could not be noted before it was sent")]
pub struct StoreFailed;
