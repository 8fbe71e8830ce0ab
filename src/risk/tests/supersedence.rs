//! Which updates replace which: forks, joins, circles.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::risk::Supersedence;

fn graph(edges: &[(u32, u32)]) -> Supersedence {
    let mut replaced: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (newer, older) in edges {
        replaced.entry(*newer).or_default().insert(*older);
    }
    Supersedence::of(replaced.iter().map(|(newer, older)| (*newer, older)))
}

#[test]
fn edges_are_direct_in_both_directions() {
    let graph = graph(&[(3, 2), (2, 1), (4, 2), (3, 3)]);
    assert!(graph.supersedes(3).eq([2]));
    assert!(graph.superseded_by(2).eq([3, 4]));
    assert_eq!(graph.superseded_by(3).count(), 0, "never by itself");
}

#[test]
fn walk_follows_forks_and_joins_and_ends_in_circles() {
    for (edges, from, expected) in [
        (&[][..], 1, &[][..]),
        (&[(3, 2), (2, 1)], 3, &[1, 2]),
        (&[(4, 2), (4, 3), (2, 1), (3, 1)], 4, &[1, 2, 3]),
        (&[(4, 2), (5, 2), (2, 1)], 5, &[1, 2]),
        (&[(1, 2), (2, 3), (3, 1)], 1, &[2, 3]),
        (&[(1, 1)], 1, &[]),
    ] {
        let covered = graph(edges).covered_by(from);
        assert!(
            covered.iter().eq(expected),
            "{edges:?} from {from}: {covered:?}"
        );
    }
}

proptest! {
    #[test]
    fn walk_finds_what_repeated_steps_find(
        edges in prop::collection::vec((0..12_u32, 0..12_u32), 0..30),
        from in 0..12_u32,
    ) {
        let mut expected = BTreeSet::from([from]);
        for _ in 0..12 {
            let reached = edges.iter().filter(|(newer, _)| expected.contains(newer));
            let reached: Vec<u32> = reached.map(|it| it.1).collect();
            expected.extend(reached);
        }
        expected.remove(&from);
        prop_assert_eq!(graph(&edges).covered_by(from), expected);
    }
}
