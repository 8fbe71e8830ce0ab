//! Machine ids in, a stream of outcomes out: within the quota, through every fault.

mod ask;
mod breaker;
mod estimate;
mod fetcher;
mod latency;
mod outage;
mod plan;
mod question;
pub mod quota;
mod rests;
mod retry;
mod tracker;

pub use self::{
    fetcher::{Ending, Fetcher, LATE_PASSES, Settings, Stops, USUAL_LATENCY},
    plan::{Plan, Unknown},
    retry::RetryPolicy,
    tracker::{Counts, Progress, Requests},
};

#[cfg(test)]
mod tests;
