//! How long the gaps of a KB have been open.

use std::collections::BTreeMap;

/// A number of days, stored in half days because a median of whole days may lie between two of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfDays(u64);

impl HalfDays {
    /// The number of days.
    #[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
    pub fn days(self) -> f64 {
        self.0 as f64 / 2.0
    }
}

/// The number of gaps by age in whole days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ages(BTreeMap<u32, u64>);

impl Ages {
    pub(super) fn add(&mut self, days: u32) {
        *self.0.entry(days).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (days, gaps) in other.0 {
            *self.0.entry(days).or_default() += gaps;
        }
    }

    /// The number of gaps.
    pub(super) fn gaps(&self) -> u64 {
        self.0.values().sum()
    }

    /// The median age; of an even number of gaps, the mean of the two in the middle.
    pub(super) fn median(&self) -> HalfDays {
        let last = self.gaps().saturating_sub(1);
        HalfDays(u64::from(self.at(last / 2)) + u64::from(self.at(last.div_ceil(2))))
    }

    /// The age of the gap at this index, from the newest.
    fn at(&self, index: u64) -> u32 {
        let mut before = 0;
        let found = self.0.iter().find(|(_, gaps)| {
            before += **gaps;
            before > index
        });
        found.map_or(0, |(days, _)| *days)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ages(days: &[u32]) -> Ages {
        let mut ages = Ages::default();
        for days in days {
            ages.add(*days);
        }
        ages
    }

    #[test]
    fn median_of_an_even_number_is_between_the_two_in_the_middle() {
        for (days, expected) in [
            (&[][..], 0.0),
            (&[3], 3.0),
            (&[0, 9], 4.5),
            (&[9, 0, 1], 1.0),
            (&[1, 1, 2, 40], 1.5),
            (&[7, 7, 7, 7], 7.0),
        ] {
            assert_eq!(ages(days).median().days().to_string(), expected.to_string());
        }
    }

    proptest! {
        #[test]
        fn median_is_that_of_the_sorted_ages(
            mut days in prop::collection::vec(0..40_u32, 1..30),
            cut in 0..30_usize,
        ) {
            let (one, other) = days.split_at(cut.min(days.len()));
            let mut merged = ages(one);
            merged.merge(ages(other));
            days.sort_unstable();
            let middle = days[(days.len() - 1) / 2] + days[days.len() / 2];
            prop_assert_eq!(merged.median(), HalfDays(middle.into()));
            prop_assert_eq!(merged.gaps(), days.len() as u64);
        }
    }
}
