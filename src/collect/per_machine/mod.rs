//! Requests every machine within the quota, and emits an outcome for each, whatever fails.
//!
//! The path of a machine, from the outside in:
//!
//! - `fetcher.rs`: the whole fleet. A first pass over the `plan.rs`, late passes for machines that
//!   the service did not know, and the final wait for the `postponed.rs` ones
//! - `worker.rs`: executes a pass. Without a quota there are several workers, each with its own connections
//!   and thread; they share one queue of machines and one set of call slots
//! - `pass.rs`: many machines concurrently, with `buffer_unordered`
//! - `attempts.rs`: the request for one machine (`target.rs`): pages, attempts, back-off
//! - `retry.rs`: what to do about a failure; a table
//! - `caller.rs`: one call: slot, permit, reply
//!
//! The state they share is in `run.rs`: why the run ends (the first reason counts), and:
//!
//! - `breaker/`, `probe/`: determine whether a machine fails or the service
//! - `tracker.rs`, `estimate/`, `forecast.rs`: the counts, and the displayed time
//! - `settings.rs`: how many calls at once, and how the run is told to stop
//!
//! Invariants, and why:
//!
//! - A call gets a slot before a permit, and keeps both until its reply has arrived: permits are
//!   scarce, and must not be held while waiting for something else.
//! - Each machine has one outcome; only "the service does not know it" may be replaced later.
//! - A machine that waits for another attempt has no slot: four machines per slot are in progress.
//! - Every wait also ends when the run ends (`Run::unless_stopped`).

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
