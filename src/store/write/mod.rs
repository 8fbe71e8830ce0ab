//! Writing a run: beginning, recording, closing.

pub(crate) mod begin;
pub(crate) mod close;
pub(crate) mod demo_time_shift;
pub(crate) mod direct_ledger;
pub(crate) mod forget;
pub(crate) mod params;
pub(crate) mod preview;
mod queue;
pub(crate) mod recorder;
pub(crate) mod shared;
mod syncer;
mod take_over;
pub(crate) mod writer;
