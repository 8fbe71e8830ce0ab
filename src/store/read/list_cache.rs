//! A compact cache of the lists in answers, for reading them again.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::domain::kb::{ByPointer, MissingKb, MissingKbs};
use crate::store::tables::missing_kbs::StoredList;

/// The maximum number of cached numbers, including list lengths: 48 MB. Other lists are read again.
const MAX_NUMBERS: usize = 12 << 20;
/// Numbers per block. Blocks are never reallocated, so growing does not need twice the memory.
const BLOCK_LENGTH: usize = 1 << 16;

/// The maximum number of descriptions in lists that are cached as a whole: 8 MB of references.
const MAX_SHARED_KBS: usize = 1 << 20;

/// The lists in answers, by the number of the answer.
#[derive(Debug, Default)]
pub(crate) struct ListCache {
    /// The number of each answer, and the position of its list.
    positions: Vec<(u32, Position)>,
    /// Numbers of descriptions: lists one after the other, each preceded by its length.
    blocks: Vec<Vec<u32>>,
    /// Lists that many answers share.
    shared: Vec<MissingKbs>,
    shared_positions: HashMap<ByPointer<[Arc<MissingKb>]>, u32, RandomState>,
    references: usize,
}

/// The position of a list: in a block or, if bit 31 is set, among the shared lists. Neither has
/// enough entries to reach that bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position(u32);

const SHARED_BIT: u32 = 1 << 31;

/// A cached list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CachedList<'lists> {
    /// The numbers of its descriptions.
    Numbers(&'lists [u32]),
    /// The descriptions themselves.
    Shared(&'lists MissingKbs),
}

impl ListCache {
    /// Caches the list of an answer, if there is space. Lists are only found after [`Self::sort`].
    pub(crate) fn insert(&mut self, answer: i64, list: &StoredList) {
        let at = self.share(&list.missing);
        if let (Ok(answer), Some(at)) = (
            u32::try_from(answer),
            at.or_else(|| self.append_numbers(&list.numbers)),
        ) {
            self.positions.push((answer, at));
        }
    }

    /// The position of a list that several answers share.
    fn share(&mut self, missing: &MissingKbs) -> Option<Position> {
        if let Some(offset) = self.shared_positions.get(&missing.by_pointer()) {
            return Some(Position(SHARED_BIT | offset));
        }
        if !missing.is_shared() || self.references + missing.len() > MAX_SHARED_KBS {
            return None;
        }
        let offset = u32::try_from(self.shared.len()).ok()?;
        self.references += missing.len();
        self.shared.push(missing.clone());
        self.shared_positions.insert(missing.by_pointer(), offset);
        Some(Position(SHARED_BIT | offset))
    }

    fn append_numbers(&mut self, numbers: &[i64]) -> Option<Position> {
        let small = numbers.iter().map(|number| u32::try_from(*number));
        let small: Vec<u32> = small.collect::<Result<_, _>>().ok()?;
        self.append(&small).map(Position)
    }

    /// Appends a list to a block, and returns its position.
    fn append(&mut self, numbers: &[u32]) -> Option<u32> {
        let length = u32::try_from(numbers.len()).ok()?;
        let room = 1 + numbers.len();
        if room > BLOCK_LENGTH {
            return None;
        }
        let last = self.blocks.last();
        if last.is_none_or(|block| block.len() + room > BLOCK_LENGTH) {
            if (1 + self.blocks.len()) * BLOCK_LENGTH > MAX_NUMBERS {
                return None;
            }
            self.blocks.push(Vec::with_capacity(BLOCK_LENGTH));
        }
        let before = (self.blocks.len() - 1) * BLOCK_LENGTH;
        let block = self.blocks.last_mut()?;
        let offset = u32::try_from(before + block.len()).ok()?;
        block.push(length);
        block.extend_from_slice(numbers);
        Some(offset)
    }

    /// Makes the cached lists searchable.
    pub(crate) fn sort(&mut self) {
        self.positions.sort_unstable();
        self.shared_positions = HashMap::default();
    }

    /// The list of an answer, if it is cached.
    pub(crate) fn of(&self, answer: i64) -> Option<CachedList<'_>> {
        let answer = u32::try_from(answer).ok()?;
        let found = self.positions.binary_search_by_key(&answer, |(it, _)| *it);
        let Position(offset) = self.positions[found.ok()?].1;
        if offset & SHARED_BIT == 0 {
            self.numbers_at(offset as usize).map(CachedList::Numbers)
        } else {
            let shared = self.shared.get((offset ^ SHARED_BIT) as usize);
            shared.map(CachedList::Shared)
        }
    }

    fn numbers_at(&self, offset: usize) -> Option<&[u32]> {
        let from_here = &self.blocks[offset / BLOCK_LENGTH][offset % BLOCK_LENGTH..];
        let (length, list) = from_here.split_first()?;
        list.get(..*length as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::tests::missing;

    fn cache(lists: &[(i64, Vec<i64>)]) -> ListCache {
        let mut cache = ListCache::default();
        for (answer, numbers) in lists {
            // A list that is not shared.
            let missing = vec![missing("1", 1)].into();
            let numbers = numbers.as_slice().into();
            cache.insert(*answer, &StoredList { numbers, missing });
        }
        cache.sort();
        cache
    }

    fn append_numbers(lists: &ListCache, answer: i64) -> Vec<i64> {
        match lists.of(answer) {
            Some(CachedList::Numbers(numbers)) => numbers.iter().map(|it| (*it).into()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn cached_lists_are_found_in_any_order() {
        let long: Vec<i64> = (0..50_000).collect();
        let lists = [
            (7, vec![3, 1]),
            (2, vec![]),
            (9, long.clone()),
            (3, long),
            (4_000_000_000, vec![4_000_000_000]),
        ];
        let cache = cache(&lists);
        for (answer, expected) in lists {
            assert_eq!(append_numbers(&cache, answer), expected, "{answer}");
        }
        assert_eq!(cache.of(8), None);
    }

    #[test]
    fn shared_list_is_cached_once() {
        let list = StoredList {
            numbers: [1, 2].into(),
            missing: vec![missing("1", 1), missing("2", 1)].into(),
        };
        let other = StoredList {
            missing: list.missing.iter().cloned().collect(),
            ..list.clone()
        };
        let mut cache = ListCache::default();
        let _somebody_else = list.missing.clone();
        for answer in 1..=1000 {
            cache.insert(answer, &list);
        }
        cache.insert(1001, &other);
        cache.sort();
        assert_eq!(cache.of(1000), Some(CachedList::Shared(&list.missing)));
        assert_eq!(append_numbers(&cache, 1001), [1, 2]);
        assert_eq!((cache.shared.len(), cache.blocks.len()), (1, 1));
    }

    #[test]
    fn oversized_lists_are_not_cached() {
        let too_large = 1 << 33;
        let too_long: Vec<i64> = (0..).take(BLOCK_LENGTH).collect();
        let cache = cache(&[(too_large, vec![1]), (1, vec![too_large]), (2, too_long)]);
        for answer in [too_large, 1, 2, -1] {
            assert_eq!(cache.of(answer), None, "{answer}");
        }
    }

    #[test]
    fn block_cache_is_bounded() {
        let list: Vec<i64> = (1..).take(BLOCK_LENGTH - 1).collect();
        let blocks = i64::try_from(MAX_NUMBERS / BLOCK_LENGTH).unwrap();
        let lists: Vec<_> = (0..=blocks).map(|answer| (answer, list.clone())).collect();
        let cache = cache(&lists);
        assert!(cache.of(blocks - 1).is_some());
        assert_eq!(cache.of(blocks), None);
    }

    #[test]
    fn whole_list_cache_is_bounded() {
        let mut cache = ListCache::default();
        let all: Vec<_> = (0..3)
            .map(|_| vec![missing("1", 1); 1].into())
            .collect::<Vec<MissingKbs>>();
        cache.references = MAX_SHARED_KBS - 2;
        for (answer, missing) in (1..).zip(&all) {
            let numbers = [1].into();
            let missing = missing.clone();
            cache.insert(answer, &StoredList { numbers, missing });
        }
        cache.sort();
        assert_eq!(cache.shared.len(), 2);
        assert_eq!(append_numbers(&cache, 3), [1]);
    }
}
