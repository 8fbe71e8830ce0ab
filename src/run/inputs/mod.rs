//! What is read and checked before anything is requested.
//!
//! - `files`: the files that a run reads or keeps, which reports must not replace
//! - `feeds`: what says which CVEs matter; `shared_feeds`: feeds that several runs read once
//! - `policy`: accepted risks and deadlines; `policy_error`: what can be wrong with them

pub(crate) mod feeds;
pub(crate) mod files;
pub(crate) mod policy;
pub(super) mod policy_error;
pub(crate) mod shared_feeds;
