//! Which newer KB took an older one's place on a machine.

use std::{cmp::Reverse, sync::Arc};

use crate::domain::kb::{KbId, MissingKb};

/// An older KB that left, and the newer one that came: their places in the two lists.
pub(super) type Pair = (usize, usize);

/// Pairs that are looked at for one machine: a thousand gaps that left, and as many that came.
/// What is beyond that is no machine's answer, and would take hours and gigabytes.
const MOST: usize = 1_000_000;

/// Pairs what left a machine's answer with what came: the newer KB has the larger number, and
/// patches something that the older one patched. Each is in one pair at most; those that have
/// most products in common find each other first, then the larger numbers: the newer KB takes the
/// place of the last one before it. Where there are too many to look at, none are paired.
pub(super) fn pairs(left: &[Arc<MissingKb>], came: &[Arc<MissingKb>]) -> Vec<Pair> {
    if left.len().saturating_mul(came.len()) > MOST {
        return Vec::new();
    }
    let mut possible: Vec<_> = possible(left, came).collect();
    possible.sort_unstable();
    let (mut gone, mut taken) = (vec![false; left.len()], vec![false; came.len()]);
    let mut pairs = Vec::new();
    for (_, Reverse((_, old)), Reverse((_, new))) in possible {
        if !gone[old] && !taken[new] {
            (gone[old], taken[new]) = (true, true);
            pairs.push((old, new));
        }
    }
    pairs
}

/// How much they have in common, and both with their numbers: in the order in which they pair.
type Possible = (Reverse<u32>, Reverse<Numbered>, Reverse<Numbered>);

/// A KB's number, and its place in its list.
type Numbered = (u64, usize);

fn possible<'kb>(
    left: &'kb [Arc<MissingKb>],
    came: &'kb [Arc<MissingKb>],
) -> impl Iterator<Item = Possible> + 'kb {
    numbered(left).flat_map(move |(older, old)| {
        let newer = numbered(came).filter(move |(newer, _)| *newer > older);
        newer.filter_map(move |(newer, new)| {
            let common = in_common(&left[old], &came[new])?;
            Some((
                Reverse(common),
                Reverse((older, old)),
                Reverse((newer, new)),
            ))
        })
    })
}

/// Those whose id is a number: of others nobody can say which one is newer.
fn numbered(kbs: &[Arc<MissingKb>]) -> impl Iterator<Item = Numbered> {
    let places = kbs.iter().zip(0..);
    places.filter_map(|(kb, place)| Some((number(&kb.id)?, place)))
}

fn number(id: &KbId) -> Option<u64> {
    id.as_str().parse().ok()
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
        let table: &[(Kbs<'_>, Kbs<'_>, &[Pair])] = &[
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
            assert_eq!(
                pairs(&kbs(left), &kbs(came)),
                *expected,
                "{left:?} {came:?}"
            );
        }
    }

    #[test]
    fn a_flood_is_not_paired() {
        let many = |from: u64, count: u64| -> Vec<_> {
            let ids = from..from + count;
            ids.map(|id| gap(&id.to_string(), &["windows_11"]))
                .collect()
        };
        assert_eq!(pairs(&many(1, 1000), &many(5000, 1000)).len(), 1000);
        assert_eq!(pairs(&many(1, 1001), &many(5000, 1000)).len(), 0);
    }
}
