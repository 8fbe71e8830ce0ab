//! Which newer KB took an older one's place on a machine.

use std::{cmp::Reverse, sync::Arc};

use crate::domain::kb::MissingKb;

/// Whether a newer KB in an older one's place is a class of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    /// It is: see [`Change::Replaced`](super::Change::Replaced).
    Recognized,
    /// The older one counts as resolved, the newer one as new.
    Ignored,
}

/// An older KB that is gone, and the newer one that replaced it: their indices in the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) old: usize,
    pub(super) new: usize,
}

/// Pairs that are considered for one machine: a thousand gaps that went, and as many that came.
/// No machine's answer has more, and more would take hours and gigabytes.
const MOST: usize = 1_000_000;

/// A pair that is possible, ordered by what is paired first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    in_common: Reverse<u32>,
    old: Reverse<Numbered>,
    new: Reverse<Numbered>,
}

/// A KB whose id is a number: of others it cannot be said which one is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Numbered {
    number: u64,
    index: usize,
}

/// Pairs what is gone from a machine's answer with what came: the newer KB has the larger number, and
/// patches something that the older one patched. Each is in one pair at most; those that have
/// most products in common are paired first, then those with the larger numbers: the newer KB takes the
/// place of the last one before it. Where there are too many to consider, none are paired.
pub(super) fn replacements(gone: &[Arc<MissingKb>], came: &[Arc<MissingKb>]) -> Vec<Replacement> {
    if gone.len().saturating_mul(came.len()) > MOST {
        return Vec::new();
    }
    let (mut is_replaced, mut is_taken) = (vec![false; gone.len()], vec![false; came.len()]);
    let mut replacements = Vec::new();
    for candidate in candidates(gone, came) {
        let (old, new) = (candidate.old.0.index, candidate.new.0.index);
        if !is_replaced[old] && !is_taken[new] {
            (is_replaced[old], is_taken[new]) = (true, true);
            replacements.push(Replacement { old, new });
        }
    }
    replacements
}

fn candidates(gone: &[Arc<MissingKb>], came: &[Arc<MissingKb>]) -> Vec<Candidate> {
    let newer: Vec<Numbered> = numbered(came).collect();
    let pairs = numbered(gone).flat_map(|old| {
        let newer = newer.iter().filter(move |new| new.number > old.number);
        newer.filter_map(move |new| {
            Some(Candidate {
                in_common: Reverse(in_common(&gone[old.index], &came[new.index])?),
                old: Reverse(old),
                new: Reverse(*new),
            })
        })
    });
    let mut candidates: Vec<_> = pairs.collect();
    candidates.sort_unstable();
    candidates
}

fn numbered(kbs: &[Arc<MissingKb>]) -> impl Iterator<Item = Numbered> {
    kbs.iter().enumerate().filter_map(|(index, kb)| {
        let number = kb.id.as_str().parse().ok()?;
        Some(Numbered { number, index })
    })
}

/// How many in a thousand of both's products both patch; none where it is none.
fn in_common(one: &MissingKb, other: &MissingKb) -> Option<u32> {
    let shared = one.products.iter().filter(|it| other.products.contains(it));
    let shared = shared.count();
    let all = one.products.len() + other.products.len() - shared;
    let share = (shared * 1000).checked_div(all).unwrap_or(0);
    (shared > 0).then(|| u32::try_from(share).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::tests::gap;

    fn kbs(kbs: &[(&str, &[&str])]) -> Vec<Arc<MissingKb>> {
        kbs.iter().map(|(id, products)| gap(id, products)).collect()
    }

    #[test]
    fn a_newer_kb_takes_the_place_of_an_older_one_for_the_same_product() {
        type Kbs<'list> = &'list [(&'list str, &'list [&'list str])];
        type Pairs<'list> = &'list [(usize, usize)];
        let table: &[(Kbs<'_>, Kbs<'_>, Pairs<'_>)] = &[
            (&[("5", &["win"])], &[("9", &["win"])], &[(0, 0)]),
            (&[("10", &["win"])], &[("9", &["win"])], &[]),
            (&[("5", &["win"])], &[("9", &["edge"])], &[]),
            (&[("5", &[])], &[("9", &[])], &[]),
            (&[("x", &["win"])], &[("9", &["win"])], &[]),
            (&[("", &["win"])], &[("9", &["win"])], &[]),
            // The closer kin finds its own, though the other one is older.
            (
                &[("4", &["win", "net"]), ("5", &["win"])],
                &[("9", &["win"])],
                &[(1, 0)],
            ),
            // As close: the newest takes the place of the last one before it.
            (
                &[("4", &["win"]), ("5", &["win"])],
                &[("8", &["win"]), ("9", &["win"])],
                &[(1, 1), (0, 0)],
            ),
            (
                &[("4", &["win"]), ("5", &["win"])],
                &[("9", &["win"])],
                &[(1, 0)],
            ),
        ];
        for (left, came, expected) in table {
            let found = replacements(&kbs(left), &kbs(came));
            let found: Vec<_> = found.iter().map(|it| (it.old, it.new)).collect();
            assert_eq!(found, *expected, "{left:?} {came:?}");
        }
    }

    #[test]
    fn a_flood_is_not_paired() {
        let many = |from: u64, count: u64| -> Vec<_> {
            let ids = from..from + count;
            ids.map(|id| gap(&id.to_string(), &["windows_11"]))
                .collect()
        };
        assert_eq!(replacements(&many(1, 1000), &many(5000, 1000)).len(), 1000);
        assert_eq!(replacements(&many(1, 1001), &many(5000, 1000)).len(), 0);
    }
}
