//! Machine ids in, a stream of outcomes out: within the quota, through every fault.

mod attempts;
mod breaker;
mod caller;
mod estimate;
mod fetcher;
mod pass;
mod plan;
mod postponed;
mod probe;
mod retry;
mod run;
mod settings;
mod target;
mod tracker;
mod worker;

pub use self::{
    fetcher::Fetcher,
    plan::{Plan, Unknown},
    retry::RetryPolicy,
    settings::{Settings, Stops},
    worker::Worker,
};

/// How often a machine that the service does not know is asked for again.
pub const LATE_PASSES: u32 = 2;

/// In how many late passes a machine is asked for that was unknown so often.
fn late_calls(times_unknown: u32) -> u64 {
    u64::from((LATE_PASSES + 1).saturating_sub(times_unknown))
}

#[cfg(test)]
mod tests;
