//! The store's file: checking, opening for writing, reading without a trace, locking and
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
