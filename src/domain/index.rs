//! Finds a machine among a million rows that are sorted by id.

use std::ops::Range;

use crate::domain::machine::MachineId;

/// Below this number of rows, a binary search is fast enough: the rows fit in the cache, and building the index would
/// take longer than all searches.
const MIN_INDEXED_ROWS: usize = 5_000;

/// Where the ids with each first two bytes start; empty for few rows. Ids are evenly distributed hashes that are looked
/// up in random order: a binary search over a million rows costs twenty cache misses.
#[derive(Debug)]
pub(crate) struct Index(Vec<u32>);

impl Index {
    /// Indexes rows that are sorted by id, at most 4,294,967,295 of them.
    pub(crate) fn of<T>(rows: &[T], id: impl Fn(&T) -> MachineId) -> Self {
        if rows.len() < MIN_INDEXED_ROWS {
            Self(Vec::new())
        } else {
            Self::of_many(rows, id)
        }
    }

    fn of_many<T>(rows: &[T], id: impl Fn(&T) -> MachineId) -> Self {
        let mut starts = vec![0; usize::from(u16::MAX) + 2];
        for row in rows {
            starts[1 + beginning(id(row))] += 1;
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        Self(starts)
    }

    /// The position of a machine's row, if there is one.
    pub(crate) fn find<T>(
        &self,
        rows: &[T],
        id: impl Fn(&T) -> MachineId,
        sought: MachineId,
    ) -> Option<usize> {
        let range = self.range(sought).unwrap_or(0..rows.len());
        let found = rows[range.clone()].binary_search_by_key(&sought, id);
        found.ok().map(|position| range.start + position)
    }

    /// The range that contains the row of a machine; `None` if there is no index.
    fn range(&self, sought: MachineId) -> Option<Range<usize>> {
        let beginning = beginning(sought);
        let (start, end) = (self.0.get(beginning)?, self.0.get(beginning + 1)?);
        Some(*start as usize..*end as usize)
    }
}

fn beginning(id: MachineId) -> usize {
    usize::from(id.beginning())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn machine(first: u8, second: u8, last: u8) -> MachineId {
        let mut bytes = [0; 20];
        [bytes[0], bytes[1], bytes[19]] = [first, second, last];
        MachineId::from_bytes(bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn exactly_the_indexed_machines_are_found(
            ids in proptest::collection::btree_set((any::<u8>(), 0..3_u8, any::<u8>()), 0..50),
            other in (any::<u8>(), 0..3_u8, any::<u8>()),
        ) {
            let id = |(first, second, last)| machine(first, second, last);
            let mut rows: Vec<(MachineId, usize)> = ids.iter().map(|it| id(*it)).zip(0..).collect();
            rows.sort_unstable();
            for index in [Index::of(&rows, |row| row.0), Index::of_many(&rows, |row| row.0)] {
                let find = |id| index.find(&rows, |row| row.0, id);
                for (place, row) in rows.iter().enumerate() {
                    prop_assert_eq!(find(row.0), Some(place));
                }
                prop_assert_eq!(find(id(other)).is_some(), ids.contains(&other));
            }
        }
    }
}
