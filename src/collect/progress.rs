//! The progress of collection, for display and for the store.

use std::time::Duration;

use crate::{
    domain::requests::Requests,
    quota::{RateLimits, WaitReason},
};

/// The number of machines by their state so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Machines of the run.
    pub machines: u64,
    /// Answered machines, including those whose answers were already stored.
    pub answered: u64,
    /// Machines that the service does not know, including those to be requested again late.
    pub not_found: u64,
    /// Machines without an answer for any other reason.
    pub failed: u64,
}

impl Counts {
    /// The number of machines that, as currently known, need no further call.
    pub fn done(&self) -> u64 {
        self.answered + self.not_found + self.failed
    }

    /// The number of machines without any result yet.
    pub fn left(&self) -> u64 {
        self.machines - self.done()
    }
}

/// The progress of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Machines by their state so far.
    pub counts: Counts,
    /// Calls to the service so far.
    pub requests: Requests,
    /// The limits of the quota that hold now.
    pub limits: RateLimits,
    /// For each of them: the number of calls that count now, and the maximum.
    pub used: Vec<(usize, usize)>,
    /// Why no call can be sent now, and for how much longer.
    pub waiting: Option<(WaitReason, Duration)>,
    /// The remaining time of the run, according to the quota's schedule.
    pub remaining: Duration,
    /// The same with the shortest plausible answer time; different only before the first answer.
    pub remaining_at_least: Duration,
    /// The same with the longest plausible answer time; different only before the first answer.
    pub remaining_at_most: Duration,
}
