//! Reading the data of earlier runs, for reports and for the next run.

pub(crate) mod earlier_runs;
mod held_lists;
pub(crate) mod machine_status;
pub(crate) mod snapshot;
