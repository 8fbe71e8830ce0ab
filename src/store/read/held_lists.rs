//! A compact cache of the lists in answers, for when they are read again.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::domain::kb::{MissingKb, MissingKbs, Same};
use crate::store::tables::missing_kbs::Listed;

/// The maximum count of cached numbers, including list lengths: 48 MB. The rest is read again.
const MOST: usize = 12 << 20;
/// Numbers per block. Blocks are never reallocated, so growing does not need twice the memory.
const BLOCK: usize = 1 << 16;

/// The maximum number of descriptions in lists that are kept whole: 8 MB of references.
const MOST_WHOLE: usize = 1 << 20;

/// The lists in answers, by the number of the answer.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// The number of an answer, and where its list is.
    places: Vec<(u32, At)>,
    /// Numbers of descriptions: lists one after the other, each preceded by its length.
    blocks: Vec<Vec<u32>>,
    /// Lists that many answers share.
    whole: Vec<MissingKbs>,
    known: HashMap<Same<[Arc<MissingKb>]>, u32, RandomState>,
    references: usize,
}

/// The position of a list: in a block or, if bit 31 is set, among the shared lists. Neither has
/// enough entries to reach that bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At(u32);

const WHOLE: u32 = 1 << 31;

/// A cached list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held<'lists> {
    /// The numbers of its descriptions.
    Numbers(&'lists [u32]),
    /// The descriptions themselves.
    Whole(&'lists MissingKbs),
}

impl Lists {
    /// Caches the list of an answer, if there is room. Lists are only found after [`Self::sort`].
    pub(crate) fn hold(&mut self, answer: i64, list: &Listed) {
        let at = self.whole(&list.missing);
        if let (Ok(answer), Some(at)) = (
            u32::try_from(answer),
            at.or_else(|| self.numbers(&list.numbers)),
        ) {
            self.places.push((answer, at));
        }
    }

    /// The position of a list that several answers share.
    fn whole(&mut self, missing: &MissingKbs) -> Option<At> {
        if let Some(place) = self.known.get(&missing.same()) {
            return Some(At(WHOLE | place));
        }
        if !missing.is_shared() || self.references + missing.len() > MOST_WHOLE {
            return None;
        }
        let place = u32::try_from(self.whole.len()).ok()?;
        self.references += missing.len();
        self.whole.push(missing.clone());
        self.known.insert(missing.same(), place);
        Some(At(WHOLE | place))
    }

    fn numbers(&mut self, numbers: &[i64]) -> Option<At> {
        let small = numbers.iter().map(|number| u32::try_from(*number));
        let small: Vec<u32> = small.collect::<Result<_, _>>().ok()?;
        self.put(&small).map(At)
    }

    /// Appends a list to a block, and returns its position.
    fn put(&mut self, numbers: &[u32]) -> Option<u32> {
        let length = u32::try_from(numbers.len()).ok()?;
        let room = 1 + numbers.len();
        if room > BLOCK {
            return None;
        }
        let last = self.blocks.last();
        if last.is_none_or(|block| block.len() + room > BLOCK) {
            if (1 + self.blocks.len()) * BLOCK > MOST {
                return None;
            }
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let before = (self.blocks.len() - 1) * BLOCK;
        let block = self.blocks.last_mut()?;
        let place = u32::try_from(before + block.len()).ok()?;
        block.push(length);
        block.extend_from_slice(numbers);
        Some(place)
    }

    /// Makes the cached lists searchable.
    pub(crate) fn sort(&mut self) {
        self.places.sort_unstable();
        self.known = HashMap::default();
    }

    /// The list of an answer, if it is cached.
    pub(crate) fn of(&self, answer: i64) -> Option<Held<'_>> {
        let answer = u32::try_from(answer).ok()?;
        let found = self.places.binary_search_by_key(&answer, |(it, _)| *it);
        let At(place) = self.places[found.ok()?].1;
        if place & WHOLE == 0 {
            self.in_block(place as usize).map(Held::Numbers)
        } else {
            let whole = self.whole.get((place ^ WHOLE) as usize);
            whole.map(Held::Whole)
        }
    }

    fn in_block(&self, place: usize) -> Option<&[u32]> {
        let from_here = &self.blocks[place / BLOCK][place % BLOCK..];
        let (length, list) = from_here.split_first()?;
        list.get(..*length as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::tests::missing;

    fn held(lists: &[(i64, Vec<i64>)]) -> Lists {
        let mut held = Lists::default();
        for (answer, numbers) in lists {
            // Of its own, whatever it lists.
            let missing = vec![missing("1", 1)].into();
            let numbers = numbers.as_slice().into();
            held.hold(*answer, &Listed { numbers, missing });
        }
        held.sort();
        held
    }

    fn numbers(lists: &Lists, answer: i64) -> Vec<i64> {
        match lists.of(answer) {
            Some(Held::Numbers(numbers)) => numbers.iter().map(|it| (*it).into()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_held_is_found_in_any_order() {
        let long: Vec<i64> = (0..50_000).collect();
        let lists = [
            (7, vec![3, 1]),
            (2, vec![]),
            (9, long.clone()),
            (3, long),
            (4_000_000_000, vec![4_000_000_000]),
        ];
        let held = held(&lists);
        for (answer, expected) in lists {
            assert_eq!(numbers(&held, answer), expected, "{answer}");
        }
        assert_eq!(held.of(8), None);
    }

    #[test]
    fn a_list_of_many_is_held_once() {
        let list = Listed {
            numbers: [1, 2].into(),
            missing: vec![missing("1", 1), missing("2", 1)].into(),
        };
        let other = Listed {
            missing: list.missing.iter().cloned().collect(),
            ..list.clone()
        };
        let mut held = Lists::default();
        let _somebody_else = list.missing.clone();
        for answer in 1..=1000 {
            held.hold(answer, &list);
        }
        held.hold(1001, &other);
        held.sort();
        assert_eq!(held.of(1000), Some(Held::Whole(&list.missing)));
        assert_eq!(numbers(&held, 1001), [1, 2]);
        assert_eq!((held.whole.len(), held.blocks.len()), (1, 1));
    }

    #[test]
    fn what_does_not_fit_is_not_held() {
        let too_large = 1 << 33;
        let too_long: Vec<i64> = (0..).take(BLOCK).collect();
        let held = held(&[(too_large, vec![1]), (1, vec![too_large]), (2, too_long)]);
        for answer in [too_large, 1, 2, -1] {
            assert_eq!(held.of(answer), None, "{answer}");
        }
    }

    #[test]
    fn there_is_an_end_to_what_is_held() {
        let list: Vec<i64> = (1..).take(BLOCK - 1).collect();
        let blocks = i64::try_from(MOST / BLOCK).unwrap();
        let lists: Vec<_> = (0..=blocks).map(|answer| (answer, list.clone())).collect();
        let held = held(&lists);
        assert!(held.of(blocks - 1).is_some());
        assert_eq!(held.of(blocks), None);
    }

    #[test]
    fn there_is_an_end_to_what_is_held_whole() {
        let mut held = Lists::default();
        let all: Vec<_> = (0..3)
            .map(|_| vec![missing("1", 1); 1].into())
            .collect::<Vec<MissingKbs>>();
        held.references = MOST_WHOLE - 2;
        for (answer, missing) in (1..).zip(&all) {
            let numbers = [1].into();
            let missing = missing.clone();
            held.hold(answer, &Listed { numbers, missing });
        }
        held.sort();
        assert_eq!(held.whole.len(), 2);
        assert_eq!(numbers(&held, 3), [1]);
    }
}
