//! The number of machines that miss an update of each month.

use std::collections::BTreeMap;

use crate::domain::release::{ReleaseCount, ReleaseMonth};

/// Counts machine by machine.
#[derive(Debug, Clone, Default)]
pub struct ReleaseCounter {
    /// The months of the current machine's missing KBs.
    current: Vec<ReleaseMonth>,
    machines: BTreeMap<ReleaseMonth, u64>,
}

impl ReleaseCounter {
    /// Adds a missing KB of the current machine.
    pub fn add(&mut self, month: Option<ReleaseMonth>) {
        self.current.extend(month);
    }

    /// Ends the current machine. Returns the oldest month of its missing KBs.
    pub fn end_machine(&mut self) -> Option<ReleaseMonth> {
        self.current.sort_unstable();
        self.current.dedup();
        let oldest = self.current.first().copied();
        for month in self.current.drain(..) {
            *self.machines.entry(month).or_default() += 1;
        }
        oldest
    }

    /// The counts by month.
    pub fn into_counts(self) -> Vec<ReleaseCount> {
        let machines = self.machines.into_iter();
        let counts = machines.map(|(month, machines)| ReleaseCount { month, machines });
        counts.collect()
    }
}
