//! What is read and checked before anything is requested.
//!
//! - `files`: the files that a run reads or keeps, which reports must not replace
//! - `feeds`: what says which CVEs matter
//! - `policy`: accepted risks and deadlines
//! - `criteria`: both of them

pub(crate) mod criteria;
pub(crate) mod feeds;
pub(crate) mod files;
pub(crate) mod policy;
