//! The summary of a run on the page of a workflow.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use tracing::warn;

use crate::domain::text::chain;

/// Appends a summary in Markdown to those of earlier steps of the workflow. If that fails, the run
/// continues without it.
pub(crate) fn add_step_summary(path: &Path, text: &str) {
    if let Err(problem) = append(path, text) {
        warn!("no summary in {}: {}", path.display(), chain(&problem));
    }
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}
