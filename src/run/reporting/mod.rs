//! The data that reports need of a run, whether it has just ended or is kept.
//!
//! - [`answers`]: the answers of a run that has just ended, stored or not
//! - [`data`]: assembles the data for reports, which borrow it
//! - [`history`]: earlier runs: changes and trend
//! - [`output`]: the reports, and the folder that they are written to
//! - [`summary`]: the summary on standard output and on the page of a workflow

pub(super) mod answers;
pub(crate) mod data;
pub(crate) mod history;
pub(super) mod output;
pub(super) mod summary;
