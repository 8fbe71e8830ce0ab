//! The store's file: checks it, opens it for writing, reads it without a trace, locks it and checks its
//! permissions.
//!
//! - `store_file`: the file that several runs of this process open; `open`: opens it for writing
//! - `preflight`, `connection`: the checks before SQLite opens it, and before it is used; `schema`: its version
//! - `untouched`: reads it without a trace
//! - `lock`: one run at a time per app registration; `network`: file systems whose locks cannot be relied on
//! - `permissions`: who else can write to it; `space`: its size

pub(crate) mod connection;
pub(crate) mod lock;
pub(crate) mod network;
pub(crate) mod open;
pub(crate) mod permissions;
pub(crate) mod preflight;
pub(crate) mod schema;
pub(crate) mod space;
pub(crate) mod store_file;
pub(crate) mod untouched;
