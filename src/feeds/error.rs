//! The error for a feed.

use std::path::PathBuf;

use thiserror::Error;

use crate::risk::FeedProblem;

/// A feed that cannot be read.
#[derive(Debug, Error)]
#[error("{} `{}`", if *.is_folder { "feeds folder" } else { "feed" }, path.display())]
pub struct FeedError {
    /// The file, or the folder.
    pub(super) path: PathBuf,
    pub(super) is_folder: bool,
    #[source]
    pub(super) problem: FeedProblem,
}

impl FeedError {
    /// How to fix it.
    pub fn hint(&self) -> &'static str {
        if self.is_folder {
            "check the path, or create the folder with `patchgap feeds --feeds DIR`"
        } else {
            "fetch the file again with `patchgap feeds`, or remove it: the reports do without any feed that is \
             not there"
        }
    }
}
