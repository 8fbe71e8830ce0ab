//! From a list of machines to an outcome for each of them.
//!
//! - [`per_machine`]: one request for each machine, the only source of answers today; others will
//!   stand beside it
//! - `progress`: how far a source is; the same words for all of them
//!
//! A source is given a list and a quota, and hands over each outcome as soon as it stands. It knows
//! neither where outcomes are kept nor who shows its progress.

pub mod per_machine;
mod progress;

pub use self::progress::{Counts, Progress, Requests};
