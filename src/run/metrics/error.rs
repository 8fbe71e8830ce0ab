//! Why the metrics cannot be written.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why the metrics cannot be written. Checked before anything is requested.
#[derive(Debug, Error)]
pub enum MetricsError {
    /// The folder cannot be written to.
    #[error("the metrics {} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of another program has this name.
    #[error("{} is not a file with metrics of patchgap", .0.display())]
    Others(PathBuf),
}
