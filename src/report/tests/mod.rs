//! The reports as files: their bytes, and how they are written to disk.

mod agreement;
mod end_of_support;
pub(super) mod fixture;
mod golden;
pub(super) mod hostile;
mod last_seen;
mod less_than_all;
mod order;
mod output;
mod policy;
mod rechecks;
mod risk;
mod sources;
mod whole;
mod words;
