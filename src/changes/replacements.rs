//! Finds which newer KB replaced an older one on a machine.

use std::{cmp::Reverse, sync::Arc};

use crate::domain::kb::MissingKb;

/// Whether a replacement by a newer KB is a class of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    /// Yes: see [`Change::Replaced`](super::Change::Replaced).
    Recognized,
    /// No: the older KB counts as resolved, the newer one as new.
    Ignored,
}

/// An older KB that is gone and the newer KB that replaced it, as indices into the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) old: usize,
    pub(super) new: usize,
}

/// The maximum number of pairs considered for one machine: a thousand gaps gone and as many new. No
/// real answer has more, and more would take hours and gigabytes.
const MAX_PAIRS: usize = 1_000_000;

/// A possible pair; the best pair is ordered first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    overlap: Reverse<u32>,
    old: Reverse<Numbered>,
    new: Reverse<Numbered>,
}

/// A KB with a numeric id: for other ids it is unknown which KB is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Numbered {
    number: u64,
    index: usize,
}

/// Pairs the KBs that are gone from a machine's answer with the new ones. The newer KB has the larger number,
/// and patches at least one product of the older one. Each KB is in at most one pair. Pairs with the most
/// products in common come first, then those with the larger numbers, so that a new KB replaces its latest
/// predecessor. If there are too many possible pairs, none is made.
pub(super) fn replacements(
    removed: &[Arc<MissingKb>],
    added: &[Arc<MissingKb>],
) -> Vec<Replacement> {
    if removed.len().saturating_mul(added.len()) > MAX_PAIRS {
        return Vec::new();
    }
    let (mut is_replaced, mut is_used) = (vec![false; removed.len()], vec![false; added.len()]);
    let mut replacements = Vec::new();
    for candidate in candidates(removed, added) {
        let (old, new) = (candidate.old.0.index, candidate.new.0.index);
        if !is_replaced[old] && !is_used[new] {
            (is_replaced[old], is_used[new]) = (true, true);
            replacements.push(Replacement { old, new });
        }
    }
    replacements
}

fn candidates(removed: &[Arc<MissingKb>], added: &[Arc<MissingKb>]) -> Vec<Candidate> {
    let newer: Vec<Numbered> = numbered(added).collect();
    let pairs = numbered(removed).flat_map(|old| {
        let newer = newer.iter().filter(move |new| new.number > old.number);
        newer.filter_map(move |new| {
            Some(Candidate {
                overlap: Reverse(overlap(&removed[old.index], &added[new.index])?),
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

/// The share of both KBs' products that both patch, per thousand; `None` if they share none.
fn overlap(one: &MissingKb, other: &MissingKb) -> Option<u32> {
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
    fn newer_kb_replaces_an_older_one_of_the_same_product() {
        type Kbs<'list> = &'list [(&'list str, &'list [&'list str])];
        type Pairs<'list> = &'list [(usize, usize)];
        let table: &[(Kbs<'_>, Kbs<'_>, Pairs<'_>)] = &[
            (&[("5", &["win"])], &[("9", &["win"])], &[(0, 0)]),
            (&[("10", &["win"])], &[("9", &["win"])], &[]),
            (&[("5", &["win"])], &[("9", &["edge"])], &[]),
            (&[("5", &[])], &[("9", &[])], &[]),
            (&[("x", &["win"])], &[("9", &["win"])], &[]),
            (&[("", &["win"])], &[("9", &["win"])], &[]),
            // The closer match wins, although that KB is older.
            (
                &[("4", &["win", "net"]), ("5", &["win"])],
                &[("9", &["win"])],
                &[(1, 0)],
            ),
            // Equally close: the newest replaces the latest one before it.
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
        for (removed, added, expected) in table {
            let found = replacements(&kbs(removed), &kbs(added));
            let found: Vec<_> = found.iter().map(|it| (it.old, it.new)).collect();
            assert_eq!(found, *expected, "{removed:?} {added:?}");
        }
    }

    #[test]
    fn very_long_lists_are_not_paired() {
        let many = |from: u64, count: u64| -> Vec<_> {
            let ids = from..from + count;
            ids.map(|id| gap(&id.to_string(), &["windows_11"]))
                .collect()
        };
        assert_eq!(replacements(&many(1, 1000), &many(5000, 1000)).len(), 1000);
        assert_eq!(replacements(&many(1, 1001), &many(5000, 1000)).len(), 0);
    }
}
