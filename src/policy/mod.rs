//! What an organisation has decided about its gaps: which risks it accepts, and by when the others must be
//! closed.
//!
//! ```text
//! exceptions.csv ─► exceptions ─┐
//! [deadlines] ────► deadlines ──┼─► Policy ─► Marker ─► a mark for each gap
//! feeds ────────────────────────┘
//! ```
//!
//! - [`deadlines`]: how many days a gap may stay open
//! - [`exceptions`]: the accepted risks, read from a file, and the gaps that they apply to
//! - [`marks`]: what both mean for a gap on the day of a run
//!
//! A mark depends only on the gap, its machine and the day: the figures and every report compute the same
//! mark, whatever order they read the gaps in. An accepted gap is never overdue.

pub mod deadlines;
pub mod exceptions;
pub mod marks;
#[cfg(test)]
mod tests;

pub use deadlines::Deadlines;
pub use exceptions::{Exceptions, ExceptionsError};
pub use marks::{GapMark, Marker};

use std::sync::Arc;

use jiff::civil::Date;

/// The policy. By default it is empty: no gap is accepted or overdue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The accepted risks.
    pub exceptions: Option<Exceptions>,
    /// The number of days within which gaps must be closed.
    pub deadlines: Option<Deadlines>,
}

/// A policy on the day of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatedPolicy {
    /// The policy.
    pub policy: Arc<Policy>,
    /// The local date of the start of the run.
    pub today: Date,
}

impl DatedPolicy {
    /// Whether it can neither accept a gap nor make one overdue.
    pub fn is_empty(&self) -> bool {
        self.policy.exceptions.is_none() && self.policy.deadlines.is_none()
    }
}
