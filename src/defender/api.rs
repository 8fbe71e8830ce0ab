//! The API as the fetching sees it.

use std::future::Future;

use super::{Address, CallError, Page};

/// Answers one call. Behind it stands the service, or in tests whatever plays it.
pub trait Api: Send + Sync {
    /// Waits until calls can be made at all: whoever has no token yet gets one, so that no permit
    /// of the quota is held meanwhile. An error ends the run.
    fn ready(&self) -> impl Future<Output = Result<(), CallError>> + Send {
        async { Ok(()) }
    }

    /// Asks for one page of a machine's answer: one HTTP call.
    fn page(&self, address: &Address) -> impl Future<Output = Result<Page, CallError>> + Send;
}
