//! Writing a run: beginning, recording, closing.

pub(crate) mod begin;
pub(crate) mod beginning;
pub(crate) mod close;
pub(crate) mod demo_time_shift;
pub(crate) mod outlook;
mod queue;
pub(crate) mod recorder;
mod syncer;
mod taken_over;
pub(crate) mod writer;
