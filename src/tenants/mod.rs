//! Many tenants in one command: several concurrently, each as its own run.
//!
//! ```text
//! file of tenants ─► jobs ─► concurrently ─► a run each ─► rows ─► overview
//!                              │ journal: finished tenants
//! ```
//!
//! - `input`: its input, and the state that the runs share; `job`: a tenant with its configuration
//! - `run`: all tenants, and the overview at the end
//! - `side_by_side`: a few threads, each running one tenant at a time in its own runtime
//! - `one`: the run of one tenant, whose end is a row, whatever happens
//! - `journal`: records the finished tenants, so that a later run resumes with the others
//! - `stores`: the files of their stores, each once
//! - `exit_code`: the combined exit code
//!
//! Invariants: nothing in one tenant ends another's run: not an error, not a panic, not its time limit. Only
//! interruptions apply to all. A tenant has its own thread while it runs, because parts of a run, such as
//! rendering its reports, do not yield and would block the others.

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
