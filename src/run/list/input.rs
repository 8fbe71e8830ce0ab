//! The input of fetching a list.

use jiff::Timestamp;

use crate::{collect::per_machine::Stops, config::Config, store::StoreFile};

/// The input of fetching a list.
#[derive(Clone, Copy)]
pub(crate) struct ListInput<'run> {
    pub(crate) config: &'run Config,
    /// The file of the store, which records the calls.
    pub(crate) state: &'run StoreFile,
    pub(crate) now: Timestamp,
    /// Cancelled when the process is interrupted.
    pub(crate) stops: &'run Stops,
}
