//! Collects an outcome for each machine of a list.
//!
//! - [`per_machine`]: one request for each machine, the only source of answers today; others will
//!   be added beside it
//! - `progress`: the progress of a source, in the same terms for all sources
//!
//! A source is given a list and a quota, and emits each outcome as soon as it is final. It does not
//! know where outcomes are stored or how progress is shown.

pub mod list;
pub mod per_machine;
mod progress;

pub use self::progress::{Counts, Progress, Requests};
