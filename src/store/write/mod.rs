//! Writing a run: beginning, recording, closing.
//!
//! - `params`, `begin`: begins or resumes a run; `take_over`: uses the results of a run that this one
//!   waited for; `preview`: what a run would reuse
//! - `recorder` ─► `queue` ─► `writer`: outcomes and calls, committed by one thread; `shared`: the state
//!   of runs that write to one file; `syncer`: syncs to the disk
//! - `direct_ledger`: records the calls of a process without a run
//! - `close`: ends a run, and deletes old data; `forget`: deletes machines
//! - `demo_time_shift`: shifts times for the demonstration

pub(crate) mod begin;
pub(crate) mod close;
pub(crate) mod demo_time_shift;
pub(crate) mod direct_ledger;
pub(crate) mod forget;
pub(crate) mod params;
pub(crate) mod preview;
mod queue;
pub(crate) mod recorder;
pub(crate) mod shared;
mod syncer;
mod take_over;
pub(crate) mod writer;
