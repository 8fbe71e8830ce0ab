//! Machine ids in, a stream of outcomes out: one request for each machine, within the quota, through
//! every fault.
//!
//! The way of a machine, from the outside in:
//!
//! - `fetcher.rs`: the whole fleet. A first pass over the `plan.rs`, late passes for machines that
//!   the service did not know, and the end of the `postponed.rs` ones
//! - `worker.rs`: who makes a pass. Without a quota there are several, each with connections and a
//!   thread of its own; they take machines from one queue, and call slots from one number
//! - `pass.rs`: many machines at once, with `buffer_unordered`
//! - `attempts.rs`: the request for one machine (`target.rs`): pages, attempts, back-off
//! - `retry.rs`: what is done about a failure; a table
//! - `caller.rs`: one call: slot, permit, reply
//!
//! What all of them share is the `run.rs`: how it ends (the first reason counts), and
//!
//! - `breaker/`, `probe/`: is it the machine that fails, or the service?
//! - `tracker.rs`, `estimate/`, `forecast.rs`: what was counted, and the time that is shown
//!
//! What holds, and why:
//!
//! - A call has a slot before it has a permit, and keeps both until its reply is there: permits are
//!   scarce, and nobody holds one while waiting for something else.
//! - Each machine has one outcome; only that the service does not know it may be replaced later.
//! - A machine that waits for another attempt has no slot: four machines for each slot are under way.
//! - Whatever waits, waits for the end of the run as well (`Run::unless_stopped`).

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
