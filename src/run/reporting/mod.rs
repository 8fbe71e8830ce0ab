//! The data that reports need of a run, whether it has just ended or is kept.
//!
//! - [`answers`]: the answers of a run that has just ended, stored or not
//! - [`bases`]: the earlier runs to compare with
//! - [`before_base`]: the answers from before a comparison's base
//! - [`data`]: assembles the data for reports, which borrow it
//! - [`history`]: earlier runs: changes and trend
//! - [`output`]: the reports, and the folder that they are written to
//! - [`part_folders`]: the folders of `--split-by`
//! - [`part_history`]: the earlier runs of each of these folders
//! - [`split`]: the reports of the machines with each value of a column
//! - [`step_summary`]: adds to the page of a workflow
//! - [`summary`]: the summary on standard output and on the page of a workflow

pub(super) mod answers;
mod bases;
mod before_base;
pub(crate) mod data;
pub(crate) mod history;
pub(super) mod output;
pub(super) mod part_folders;
mod part_history;
pub(super) mod split;
pub(crate) mod step_summary;
pub(super) mod summary;
