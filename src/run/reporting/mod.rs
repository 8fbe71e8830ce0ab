//! What reports need of a run, whether it has just ended or is kept.
//!
//! - [`answers`]: the answers of a run that has just ended, stored or not
//! - [`data`]: everything that reports need, put together; they borrow it
//! - [`history`]: what earlier runs say: changes and trend
//! - [`output`]: the reports, and where they are written
//! - [`summary`]: what is shown on standard output and on the page of a workflow

pub(super) mod answers;
pub(crate) mod data;
pub(crate) mod history;
pub(super) mod output;
pub(super) mod summary;
