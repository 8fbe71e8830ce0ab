//! A run while it is written: begun, recorded, closed.

pub(crate) mod begin;
mod cache;
pub(crate) mod close;
mod demo_time_shift;
mod queue;
pub(crate) mod recorder;
mod syncer;
pub(crate) mod taken_over;
pub(crate) mod writer;
