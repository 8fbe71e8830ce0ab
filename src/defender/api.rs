//! The API as the fetching sees it.

use std::future::Future;

use super::{Address, CallError, Page};

/// Answers one call. Behind it stands the service, or in tests whatever plays it.
pub trait Api: Send + Sync {
    /// Asks for one page of a machine's answer: one HTTP call.
    fn page(&self, address: &Address) -> impl Future<Output = Result<Page, CallError>> + Send;
}
