//! Many tenants in one run: side by side, each a run of its own.
//!
//! ```text
//! file of tenants ─► jobs ─► side by side ─► a run each ─► rows ─► overview
//!                              │ journal: which are done
//! ```
//!
//! - `input`: what it takes, and what the runs share; `job`: a tenant with its configuration
//! - `run`: all tenants, and the overview at the end
//! - `side_by_side`: a few threads, each with one tenant at a time and a runtime of its own
//! - `one`: the run of one tenant, whose end is a row, whatever happens
//! - `journal`: which tenants are done, so that a later start goes on with the others
//! - `stores`: the files of their stores, each once
//! - `exit_code`: the exit code of all
//!
//! Invariants: nothing of one tenant ends another's run: not an error, not a panic, not its time limit.
//! Only interruptions are for all. A tenant has its own thread while it runs, because parts of a run, such
//! as rendering its reports, do not wait for anything and would hold up the others.

mod exit_code;
mod input;
mod job;
mod journal;
mod one;
mod run;
mod side_by_side;
mod stores;

pub(crate) use self::{
    input::TenantsInput,
    job::TenantJob,
    run::{AllEnded, run_all},
    side_by_side::{in_span, side_by_side},
    stores::{Stores, distinct},
};
