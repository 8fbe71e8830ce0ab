//! The file: whether it is a store, opened to be written to or read without a trace, and who may.

pub(crate) mod connection;
pub(crate) mod lock;
pub(crate) mod network;
pub(crate) mod open;
pub(crate) mod permissions;
pub(crate) mod preflight;
pub(crate) mod schema;
pub(crate) mod untouched;
