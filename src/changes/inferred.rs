//! Gaps that are gone according to the answer for another machine only.

use serde::Serialize;

use super::Change;

/// The number of gaps that are gone, but only according to an inferred answer: nobody asked about
/// their machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InferredChanges {
    /// The part of [`Change::Resolved`].
    pub resolved: u64,
    /// The part of [`Change::Replaced`].
    pub replaced: u64,
}

impl InferredChanges {
    /// The number in a class; 0 in all others.
    pub const fn of(self, change: Change) -> u64 {
        match change {
            Change::Resolved => self.resolved,
            Change::Replaced => self.replaced,
            _ => 0,
        }
    }

    pub(super) const fn count(&mut self, change: Change) {
        match change {
            Change::Resolved => self.resolved += 1,
            Change::Replaced => self.replaced += 1,
            _ => {}
        }
    }
}
