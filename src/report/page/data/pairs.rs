//! The (machine, KB) pairs in a compact encoding: for each machine in turn, the differences between the
//! successive indices of its KBs in the list of KBs.

use std::{collections::HashMap, io};

use super::super::{MOST_ROWS, Scene};
use crate::domain::kb::KbId;

/// The digits of a difference, with five bits each. A digit of the second half means that another
/// one follows.
const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz-_";
const BITS: usize = 5;
const MORE: usize = 1 << BITS;

/// The pairs of all answered machines, in order. `None` if there are too many. The number of pairs
/// of a machine is in its row.
pub(super) fn coded(scene: &Scene<'_>) -> io::Result<Option<String>> {
    if !scene.has_pairs() {
        return Ok(None);
    }
    let run = scene.run;
    let kbs = (0..).zip(&run.fleet.kbs);
    let places: HashMap<&KbId, usize> = kbs.map(|(place, kb)| (&kb.id, place)).collect();
    let mut coded = String::new();
    for machine in run.fleet.machines.iter().take(MOST_ROWS) {
        let missing = machine.missing(run.gaps)?;
        let found = missing.iter().filter_map(|gap| places.get(&gap.id));
        put_all(found.copied().collect(), &mut coded);
    }
    Ok(Some(coded))
}

fn put_all(mut places: Vec<usize>, coded: &mut String) {
    places.sort_unstable();
    let mut last = 0;
    for place in places {
        put(place - last, coded);
        last = place;
    }
}

fn put(mut distance: usize, coded: &mut String) {
    while distance >= MORE {
        coded.push(char::from(DIGITS[MORE | (distance % MORE)]));
        distance >>= BITS;
    }
    coded.push(char::from(DIGITS[distance]));
}

/// Decodes lists of these lengths to KB indices.
#[cfg(test)]
pub(in super::super) fn decoded(coded: &str, counts: &[usize]) -> Vec<Vec<usize>> {
    let worth = |digit: u8| DIGITS.iter().position(|it| *it == digit).unwrap();
    let mut digits = coded.bytes().map(worth);
    let mut distance = || {
        let (mut distance, mut shift) = (0, 0);
        loop {
            let digit = digits.next().unwrap();
            distance |= (digit % MORE) << shift;
            shift += BITS;
            if digit < MORE {
                return distance;
            }
        }
    };
    let mut list = |count: &usize| {
        let places = (0..*count).scan(0, |last, _| {
            *last += distance();
            Some(*last)
        });
        places.collect()
    };
    let lists = counts.iter().map(&mut list).collect();
    assert_eq!(digits.next(), None, "nothing is left over");
    lists
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn lists_round_trip(mut lists in vec(vec(0..5_000_usize, 0..9), 0..9)) {
            let mut coded = String::new();
            for list in &mut lists {
                put_all(list.clone(), &mut coded);
                list.sort_unstable();
            }
            let counts: Vec<usize> = lists.iter().map(Vec::len).collect();
            prop_assert_eq!(decoded(&coded, &counts), lists);
        }
    }

    #[test]
    fn distances_are_encoded_compactly() {
        for (places, expected) in [
            (vec![], ""),
            (vec![0], "0"),
            (vec![5, 3], "32"),
            (vec![31, 32], "v1"),
            (vec![32], "A1"),
            (vec![1023], "_v"),
            (vec![1024], "AA1"),
        ] {
            let mut coded = String::new();
            put_all(places, &mut coded);
            assert_eq!(coded, expected);
        }
    }
}
