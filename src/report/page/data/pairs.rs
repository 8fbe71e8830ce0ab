//! The gaps in a compact encoding, for each machine in turn: which KBs it misses, as the differences
//! between the successive indices in the list of KBs, and the CVEs that each addresses on it, as the
//! difference from the largest number of that KB.

use std::{collections::HashMap, io};

use serde::Serialize;

use super::super::{MOST_ROWS, Scene};
use crate::{
    aggregate::KbRow,
    domain::kb::{KbId, MissingKb},
};

/// The digits of a difference, with five bits each. A digit of the second half means that another
/// one follows.
const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz-_";
const BITS: usize = 5;
const MORE: usize = 1 << BITS;

/// The gaps of all machines. The number of gaps of a machine is in its row.
#[derive(Debug, Default, Serialize)]
pub(super) struct Pairs {
    kbs: String,
    cves: String,
}

/// A gap of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// The index of the KB.
    kb: usize,
    /// The number of CVEs below the largest of the KB.
    fewer_cves: usize,
}

/// The gaps of all answered machines, in order. `None` if there are too many.
pub(super) fn coded(scene: &Scene<'_>) -> io::Result<Option<Pairs>> {
    if !scene.has_pairs() {
        return Ok(None);
    }
    let run = scene.run;
    let kbs = (0..).zip(&run.fleet.kbs);
    let places: HashMap<&KbId, usize> = kbs.map(|(place, kb)| (&kb.id, place)).collect();
    let mut coded = Pairs::default();
    for machine in run.fleet.machines.iter().take(MOST_ROWS) {
        let missing = machine.missing(run.gaps)?;
        let pairs = missing.iter().filter_map(|gap| {
            let kb = *places.get(&gap.id)?;
            Some(Pair::of(kb, &run.fleet.kbs[kb], gap))
        });
        coded.put_all(pairs.collect());
    }
    Ok(Some(coded))
}

impl Pair {
    fn of(kb: usize, row: &KbRow, gap: &MissingKb) -> Self {
        let fewer = row.cve_addressed.saturating_sub(gap.cve_addressed);
        Self {
            kb,
            fewer_cves: usize::try_from(fewer).unwrap_or(usize::MAX),
        }
    }
}

impl Pairs {
    fn put_all(&mut self, mut pairs: Vec<Pair>) {
        pairs.sort_unstable();
        let mut last = 0;
        for pair in pairs {
            put(pair.kb - last, &mut self.kbs);
            put(pair.fewer_cves, &mut self.cves);
            last = pair.kb;
        }
    }
}

fn put(mut number: usize, coded: &mut String) {
    while number >= MORE {
        coded.push(char::from(DIGITS[MORE | (number % MORE)]));
        number >>= BITS;
    }
    coded.push(char::from(DIGITS[number]));
}

/// Decodes a sequence of numbers.
#[cfg(test)]
pub(in super::super) fn decoded(coded: &str) -> Vec<usize> {
    let worth = |digit: u8| DIGITS.iter().position(|it| *it == digit).unwrap();
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0, 0);
    for digit in coded.bytes().map(worth) {
        number |= (digit % MORE) << shift;
        shift += BITS;
        if digit < MORE {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    assert_eq!(shift, 0, "the last number is complete");
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn gaps_round_trip(lists in vec(vec((0..5_000_usize, 0..3_000_usize), 0..9), 0..9)) {
            let mut coded = Pairs::default();
            let mut expected = Vec::new();
            for list in &lists {
                let pairs = list.iter().map(|&(kb, fewer_cves)| Pair { kb, fewer_cves });
                let mut pairs: Vec<Pair> = pairs.collect();
                coded.put_all(pairs.clone());
                pairs.sort_unstable();
                expected.extend(pairs);
            }
            let distances = decoded(&coded.kbs);
            let mut distances = distances.as_slice();
            let kbs = lists.iter().flat_map(|list| {
                let (own, rest) = distances.split_at(list.len());
                distances = rest;
                own.iter().scan(0, |last, distance| {
                    *last += distance;
                    Some(*last)
                })
            });
            let found = kbs.zip(decoded(&coded.cves));
            let found: Vec<Pair> = found.map(|(kb, fewer_cves)| Pair { kb, fewer_cves }).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn numbers_are_encoded_compactly() {
        for (numbers, expected) in [
            (vec![], ""),
            (vec![0], "0"),
            (vec![3, 2], "32"),
            (vec![31, 1], "v1"),
            (vec![32], "A1"),
            (vec![1023], "_v"),
            (vec![1024], "AA1"),
        ] {
            let mut coded = String::new();
            for number in &numbers {
                put(*number, &mut coded);
            }
            assert_eq!(coded, expected);
            assert_eq!(decoded(&coded), numbers);
        }
    }
}
