//! Where the reports go besides their folder.
//!
//! - `lake`: adds the tables of a run to those of all runs
//! - `upload`: uploads the reports

pub(crate) mod lake;
pub(crate) mod upload;
