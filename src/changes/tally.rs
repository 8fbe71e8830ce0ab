//! The classes of gaps, and the number of gaps or the exposure in each.

use std::ops::{Index, IndexMut};

use serde::{Serialize, Serializer};

use crate::domain::words::words;

words! {
    /// The classes of gaps, as `changes.csv` and `summary.json` spell them.
    pub enum Change {
        /// In the current answer but not in the base.
        New = "new",
        /// In the base but no longer in the current answer.
        Resolved = "resolved",
        /// In the base; a newer KB replaced it on the machine.
        Replaced = "replaced",
        /// In both runs. These are counted, but never listed.
        StillMissing = "stillMissing",
        /// In the current answer and not in the base, but in a run before the base.
        Returned = "returned",
        /// In the base, on a machine without an answer now, or with an empty one because there is no current
        /// data: carried over.
        NotAnswered = "notAnswered",
        /// In the base, on a machine that is no longer on the list.
        OutOfScope = "outOfScope",
        /// In the current answer, on a machine for which the base has no answer.
        Appeared = "appeared",
        /// In only one of a machine's two answers, which are from different sources: the sources may differ.
        Unknown = "unknown",
    }
}

impl Change {
    /// Whether gaps of this class are in the base. Only some of the unknown ones are.
    const fn is_of_base(self) -> bool {
        !matches!(
            self,
            Self::New | Self::Returned | Self::Appeared | Self::Unknown
        )
    }

    /// Whether gaps of this class are in the current run. A replaced gap counts for the KB that replaced it.
    /// Only some of the unknown ones are.
    const fn is_of_today(self) -> bool {
        !matches!(
            self,
            Self::Resolved | Self::NotAnswered | Self::OutOfScope | Self::Unknown
        )
    }
}

/// An amount for each class: a number of gaps, or their exposure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    classes: [u64; Change::ALL.len()],
    /// The part of [`Change::Unknown`] that is in the base.
    unknown_of_base: u64,
}

impl Tally {
    /// The sum over the base's gaps.
    pub fn of_base(&self) -> u64 {
        self.sum(Change::is_of_base) + self.unknown_of_base
    }

    /// The sum over today's gaps.
    pub fn of_today(&self) -> u64 {
        self.sum(Change::is_of_today) + self.unknown_of_today()
    }

    /// The sum over the listed gaps.
    pub fn listed(&self) -> u64 {
        self.sum(|change| change != Change::StillMissing)
    }

    fn sum(&self, is_counted: impl Fn(Change) -> bool) -> u64 {
        let counted = Change::ALL.iter().filter(|it| is_counted(**it));
        counted.map(|change| self[*change]).sum()
    }

    /// The part of [`Change::Unknown`] that is in the base.
    pub const fn unknown_of_base(&self) -> u64 {
        self.unknown_of_base
    }

    /// The part of [`Change::Unknown`] that is in the current run.
    pub fn unknown_of_today(&self) -> u64 {
        self[Change::Unknown].saturating_sub(self.unknown_of_base)
    }

    pub(super) fn add(&mut self, change: Change, amount: u64) {
        self[change] = self[change].saturating_add(amount);
    }

    /// Adds gaps that are only in the base, on a machine whose two answers cannot be compared.
    pub(super) fn add_unknown_of_base(&mut self, amount: u64) {
        self.add(Change::Unknown, amount);
        self.unknown_of_base = self.unknown_of_base.saturating_add(amount);
    }
}

impl Index<Change> for Tally {
    type Output = u64;

    fn index(&self, change: Change) -> &u64 {
        &self.classes[change as usize]
    }
}

impl IndexMut<Change> for Tally {
    fn index_mut(&mut self, change: Change) -> &mut u64 {
        &mut self.classes[change as usize]
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Change::ALL.iter().map(|change| (change, self[*change])))
    }
}

/// The exposure of the gaps in each class. A newer KB may address a different number of CVEs than the one it
/// replaced, and the number of CVEs of a gap that is still missing may change as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The base's gaps, with their values at that time.
    pub then: Tally,
    /// Today's gaps.
    pub now: Tally,
}

impl Exposure {
    /// How much a class changed the exposure since the base. The sum over all classes is the
    /// difference between the two runs.
    pub fn difference(&self, change: Change) -> i128 {
        i128::from(self.now[change]) - i128::from(self.then[change])
    }
}

/// The number of gaps that are gone according to inferred answers, for machines that were not
/// requested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InferredChanges {
    /// The part of [`Change::Resolved`].
    pub resolved: u64,
    /// The part of [`Change::Replaced`].
    pub replaced: u64,
}

impl InferredChanges {
    /// The number in a class; 0 for all other classes.
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
