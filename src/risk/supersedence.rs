//! Which updates replace which. Chains fork (hotpatches), join and, because of errors in the feed, form
//! circles: every traversal visits an update once, and ends.

use std::collections::{BTreeMap, BTreeSet};

use super::msrc::KbNumber;

/// The maximum number of updates that a traversal visits.
const MAX_VISITED: usize = 100_000;

/// The updates that each update replaces, and that replace it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supersedence {
    older: BTreeMap<KbNumber, BTreeSet<KbNumber>>,
    newer: BTreeMap<KbNumber, BTreeSet<KbNumber>>,
}

impl Supersedence {
    /// The graph of these edges: from an update to those that it replaces.
    pub fn of<'edges>(
        edges: impl IntoIterator<Item = (KbNumber, &'edges BTreeSet<KbNumber>)>,
    ) -> Self {
        let mut graph = Self::default();
        for (newer, replaced) in edges {
            for older in replaced.iter().filter(|it| **it != newer) {
                graph.older.entry(newer).or_default().insert(*older);
                graph.newer.entry(*older).or_default().insert(newer);
            }
        }
        graph
    }

    /// The updates that this one replaces directly, by number.
    pub fn supersedes(&self, kb: KbNumber) -> impl Iterator<Item = KbNumber> + '_ {
        self.older.get(&kb).into_iter().flatten().copied()
    }

    /// The updates that replace this one directly, by number.
    pub fn superseded_by(&self, kb: KbNumber) -> impl Iterator<Item = KbNumber> + '_ {
        self.newer.get(&kb).into_iter().flatten().copied()
    }

    /// All updates that this one replaces, directly or through others; never itself.
    pub fn covered_by(&self, kb: KbNumber) -> BTreeSet<KbNumber> {
        let mut covered = BTreeSet::new();
        let mut open = vec![kb];
        while let Some(next) = open.pop() {
            let new = self.supersedes(next).filter(|it| *it != kb);
            let new = new.filter(|it| covered.len() < MAX_VISITED && covered.insert(*it));
            open.extend(new);
        }
        covered
    }
}
