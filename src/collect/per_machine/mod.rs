//! Machine ids in, a stream of outcomes out: within the quota, through every fault.

mod attempts;
mod breaker;
mod caller;
mod estimate;
mod fetcher;
mod forecast;
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
    plan::{LATE_PASSES, Plan, Unknown},
    retry::RetryPolicy,
    settings::{Settings, Stops},
    worker::Worker,
};

#[cfg(test)]
mod tests;
