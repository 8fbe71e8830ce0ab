//! The classes of gaps, and how many gaps, or how much exposure, are in each.

use std::ops::{Index, IndexMut};

use serde::{Serialize, Serializer};

use crate::domain::words::words;

words! {
    /// The classes of gaps, as `changes.csv` and `summary.json` spell them.
    pub enum Change {
        /// Today's: the base did not have it.
        New = "new",
        /// The base's: today's answer no longer has it.
        Resolved = "resolved",
        /// The base's: a newer KB took its place on the machine.
        Replaced = "replaced",
        /// In both runs. These are counted, never listed.
        StillMissing = "stillMissing",
        /// Today's: the base did not have it any more, and a run before the base had.
        Returned = "returned",
        /// The base's, on a machine without an answer today, or with one that means nothing:
        /// carried.
        NotAnswered = "notAnswered",
        /// The base's, on a machine that left the list.
        OutOfScope = "outOfScope",
        /// Today's, on a machine that the base has no answer for.
        Appeared = "appeared",
    }
}

impl Change {
    /// Whether its gaps are gaps of the base.
    const fn is_of_base(self) -> bool {
        !matches!(self, Self::New | Self::Returned | Self::Appeared)
    }

    /// Whether its gaps are gaps of today. A replaced one counts for the KB that replaced it.
    const fn is_of_today(self) -> bool {
        !matches!(self, Self::Resolved | Self::NotAnswered | Self::OutOfScope)
    }
}

/// An amount for each class: gaps, or what they add to the exposure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([u64; Change::ALL.len()]);

impl Tally {
    /// What the base's gaps come to.
    pub fn of_base(&self) -> u64 {
        self.sum(Change::is_of_base)
    }

    /// What today's gaps come to.
    pub fn of_today(&self) -> u64 {
        self.sum(Change::is_of_today)
    }

    /// What the gaps that are listed come to.
    pub fn listed(&self) -> u64 {
        self.sum(|change| change != Change::StillMissing)
    }

    fn sum(&self, is_counted: impl Fn(Change) -> bool) -> u64 {
        let counted = Change::ALL.iter().filter(|it| is_counted(**it));
        counted.map(|change| self[*change]).sum()
    }

    pub(super) fn add(&mut self, change: Change, amount: u64) {
        self[change] = self[change].saturating_add(amount);
    }
}

impl Index<Change> for Tally {
    type Output = u64;

    fn index(&self, change: Change) -> &u64 {
        &self.0[change as usize]
    }
}

impl IndexMut<Change> for Tally {
    fn index_mut(&mut self, change: Change) -> &mut u64 {
        &mut self.0[change as usize]
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Change::ALL.iter().map(|change| (change, self[*change])))
    }
}

/// What the gaps of each class add to the exposure. A newer KB in an older one's place addresses
/// another number of CVEs, and so may a gap that is still there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The base's gaps, as they were then.
    pub then: Tally,
    /// Today's.
    pub now: Tally,
}

impl Exposure {
    /// What a class did to the exposure since the base. All of them together are the difference
    /// between both runs.
    pub fn difference(&self, change: Change) -> i128 {
        i128::from(self.now[change]) - i128::from(self.then[change])
    }
}
