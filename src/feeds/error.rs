//! The error about a feed.

use std::path::PathBuf;

use thiserror::Error;

use crate::risk::FeedProblem;

/// A feed that cannot be read.
#[derive(Debug, Error)]
#[error("feed `{}`", path.display())]
pub struct FeedError {
    /// The file, or the folder.
    pub(super) path: PathBuf,
    #[source]
    pub(super) problem: FeedProblem,
}
