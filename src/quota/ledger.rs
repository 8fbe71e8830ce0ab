//! Where calls are noted, so that the next process knows of them.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use thiserror::Error;

/// Keeps the calls that count in the quota's windows, beyond the life of this process.
#[async_trait]
pub trait Ledger: Send + Sync + Debug {
    /// Notes a call that is about to be sent; when it returns the note is safe. Dropped
    /// before that, the call is not sent, and [`Ledger::answered`] is not told of it.
    async fn sending(&self) -> Result<CallNumber, Unnoted>;

    /// Notes that a call's answer arrived or never will. Never waits.
    fn answered(&self, call: CallNumber);

    /// Waits until nearly all that came before is safe. Where there are no windows no call is
    /// noted, and this keeps what a kill can cost as small.
    async fn room(&self) -> Result<(), Unnoted>;

    /// Notes that the service refused a call for quota, and that nothing is sent for so long.
    /// Never waits.
    fn paused(&self, length: Duration);
}

/// A call that was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallNumber(pub i64);

/// A call cannot be noted, so that nothing more may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a call could not be noted before it was sent")]
pub struct Unnoted;
