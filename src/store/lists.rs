//! Lists of answers that were read once, held small for whoever lists them again.

/// Numbers that are held, lists' lengths among them: 48 MB. What is beyond is read again.
const MOST: usize = 12 << 20;
/// Numbers that find room together: a block never moves, so that growing takes no second place.
const BLOCK: usize = 1 << 16;

/// What answers list: the numbers of descriptions, by the number of the answer.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The answer's number, and where its list begins.
    places: Vec<(u32, u32)>,
    /// Lists one after the other, each behind its length.
    blocks: Vec<Vec<u32>>,
}

impl Lists {
    /// Holds the list of an answer, if there is room. Nothing is found before [`Self::sort`].
    pub(super) fn hold(&mut self, answer: i64, numbers: &[i64]) {
        let small = numbers.iter().map(|number| u32::try_from(*number));
        let Ok(small) = small.collect::<Result<Vec<u32>, _>>() else {
            return;
        };
        if let (Ok(answer), Some(place)) = (u32::try_from(answer), self.put(&small)) {
            self.places.push((answer, place));
        }
    }

    /// Puts a list where it fits, and says where that is.
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

    /// Makes what is held findable.
    pub(super) fn sort(&mut self) {
        self.places.sort_unstable();
    }

    /// The list of an answer, if it is held.
    pub(super) fn of(&self, answer: i64) -> Option<&[u32]> {
        let answer = u32::try_from(answer).ok()?;
        let found = self.places.binary_search_by_key(&answer, |(it, _)| *it);
        let place = self.places[found.ok()?].1 as usize;
        let from_here = &self.blocks[place / BLOCK][place % BLOCK..];
        let (length, list) = from_here.split_first()?;
        list.get(..*length as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(lists: &[(i64, Vec<i64>)]) -> Lists {
        let mut held = Lists::default();
        for (answer, numbers) in lists {
            held.hold(*answer, numbers);
        }
        held.sort();
        held
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
        for (answer, numbers) in lists {
            let found: Vec<i64> = held
                .of(answer)
                .unwrap()
                .iter()
                .map(|it| (*it).into())
                .collect();
            assert_eq!(found, numbers, "{answer}");
        }
        assert_eq!(held.of(8), None);
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
}
