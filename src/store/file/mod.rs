//! The store's file: checks it, opens it for writing, reads it without a trace, locks it and checks its
//! permissions.

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
