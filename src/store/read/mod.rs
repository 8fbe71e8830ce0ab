//! Reading the data of earlier runs, for reports and for the next run.

pub(crate) mod earlier_census;
pub(crate) mod earlier_runs;
mod list_cache;
pub(crate) mod machines_at_start;
pub(crate) mod silent_machines;
pub(crate) mod snapshot;
