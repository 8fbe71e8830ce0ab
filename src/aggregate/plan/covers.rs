//! Which updates of a fleet cover which others.

use std::collections::{BTreeSet, HashMap};

use super::lists::DistinctLists;
use crate::{
    aggregate::KbRow,
    risk::{
        Supersedence,
        msrc::{KbNumber, kb_number},
    },
};

/// For each update of a fleet, the others that it covers. No update covers itself, directly or through
/// others: if updates replace each other in a circle, the one with the highest number covers the others.
#[derive(Debug, Default)]
pub(super) struct Covers(Vec<Vec<usize>>);

impl Covers {
    pub(super) fn of(kbs: &[KbRow], supersedence: &Supersedence) -> Self {
        let numbers: Vec<Option<KbNumber>> = kbs.iter().map(|kb| kb_number(&kb.id)).collect();
        let places = numbers.iter().zip(0..);
        let places: HashMap<KbNumber, usize> = places
            .filter_map(|(number, at)| Some(((*number)?, at)))
            .collect();
        let reached: Vec<BTreeSet<KbNumber>> = numbers
            .iter()
            .map(|number| {
                number
                    .map(|it| supersedence.covered_by(it))
                    .unwrap_or_default()
            })
            .collect();
        let covered = |at: usize| -> Vec<usize> {
            let Some(number) = numbers[at] else {
                return Vec::new();
            };
            let others = reached[at]
                .iter()
                .filter_map(|it| Some((*it, *places.get(it)?)));
            let others = others
                .filter(|(other, place)| number > *other || !reached[*place].contains(&number));
            others.map(|(_, place)| place).collect()
        };
        Self((0..kbs.len()).map(covered).collect())
    }

    /// The updates that this one covers.
    pub(super) fn covered_by(&self, kb: usize) -> &[usize] {
        &self.0[kb]
    }

    /// For each update, the number of machines on which another missing update covers it.
    pub(super) fn covered_on(&self, lists: &DistinctLists) -> Vec<u64> {
        let mut machines = vec![0; self.0.len()];
        if self.0.iter().all(Vec::is_empty) {
            return machines;
        }
        let mut is_covered = vec![false; self.0.len()];
        for list in &lists.all {
            for gap in lists.gaps(list) {
                for covered in self.covered_by(gap.kb) {
                    is_covered[*covered] = true;
                }
            }
            for gap in lists.gaps(list) {
                machines[gap.kb] += if is_covered[gap.kb] { list.machines } else { 0 };
            }
            for gap in lists.gaps(list) {
                for covered in self.covered_by(gap.kb) {
                    is_covered[*covered] = false;
                }
            }
        }
        machines
    }
}
