//! What to install first, if updates cover others.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{
    policy::{Exceptions, Policy, exceptions::Exception},
    risk::tests::{cve, feeds, feeds_of_updates},
};

/// Direct edges: `3>2 2>1`, where 3 replaces 2 and 2 replaces 1. An update that replaces nothing, `4`, is
/// listed as well.
fn edges(text: &str) -> BTreeMap<u32, Vec<u32>> {
    let mut edges: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for edge in text.split_whitespace() {
        let (newer, older) = edge.split_once('>').unwrap_or((edge, ""));
        let replaced = edges.entry(newer.parse().unwrap()).or_default();
        replaced.extend(older.parse::<u32>());
    }
    edges
}

/// The figures of machines that miss these KBs, each with this many CVEs, given feeds with these edges and
/// exploited updates.
fn fleet(machines: &[&[(u32, u64)]], edges: &BTreeMap<u32, Vec<u32>>, exploited: &[u32]) -> Fleet {
    let outcomes = outcomes(machines);
    let feeds = feeds_of_updates(edges, exploited);
    fleet_of(outcomes, feeds, &BTreeSet::new())
}

fn outcomes(machines: &[&[(u32, u64)]]) -> Vec<Outcome> {
    let outcomes = (0..).zip(machines).map(|(number, missing)| {
        let gaps = missing.iter().map(|(kb, cves)| gap(&kb.to_string(), *cves));
        answer(number, gaps.collect())
    });
    outcomes.collect()
}

/// The same with accepted gaps: the number of the machine and the KB of each.
fn fleet_of(outcomes: Vec<Outcome>, feeds: Feeds, accepted: &BTreeSet<(u8, u32)>) -> Fleet {
    let list = inventory(u8::try_from(outcomes.len()).unwrap());
    let feeds = Arc::new(feeds);
    let exceptions = accepted.iter().map(|(number, kb)| Exception {
        line: 2,
        kb: Some(KbId::new(&kb.to_string())),
        machine: Some(machine(*number)),
        group: None,
        tag: None,
        until: None,
    });
    let exceptions = Exceptions::new("accepted.csv".to_owned(), exceptions.collect());
    let policy = DatedPolicy {
        policy: Arc::new(Policy {
            exceptions: (!accepted.is_empty()).then_some(exceptions),
            deadlines: None,
        }),
        today: "2026-11-23".parse().unwrap(),
    };
    let aggregation = Aggregation::of(&list, STARTED_AT).with_feeds(&feeds);
    let mut aggregation = aggregation.with_policy(&policy, &feeds);
    InMemory(outcomes).record_in(&mut aggregation);
    aggregation.finish(RankBy::Cve, Timestamp::MAX, None)
}

/// Each step: the KB, the number of KBs whose gaps it closes, and the exposure and machines so far.
fn steps(fleet: &Fleet) -> Vec<(u32, u64, u64, u64)> {
    let steps = fleet.top_actions(usize::MAX).into_iter();
    let steps = steps.map(|it| {
        let kb = it.kb.id.as_str().parse().unwrap();
        (kb, it.closes, it.so_far.exposure, it.so_far.machines)
    });
    steps.collect()
}

fn covered_on(fleet: &Fleet) -> BTreeMap<&str, u64> {
    let kbs = fleet.kbs.iter().filter(|kb| kb.covered_on > 0);
    kbs.map(|kb| (kb.id.as_str(), kb.covered_on)).collect()
}

#[test]
fn newer_update_closes_the_gaps_that_it_covers() {
    // 3 covers 2 covers 1; the last machine misses only the old one.
    let machines: &[&[(u32, u64)]] = &[&[(1, 5), (2, 5), (3, 1)], &[(1, 5), (3, 1)], &[(1, 4)]];
    let fleet = fleet(machines, &edges("3>2 2>1"), &[]);
    assert_eq!(steps(&fleet), [(3, 3, 17, 2), (1, 1, 21, 3)]);
    assert_eq!(covered_on(&fleet), [("1", 2), ("2", 1)].into());
    assert_eq!(fleet.exposure, 21, "the figures still count every gap");
    // A machine that misses both gets only the newer one.
    assert_eq!(fleet.covering_actions(2), [vec![], vec![0]]);
    assert_eq!(fleet.covering_actions(1), [Vec::<usize>::new()]);
}

#[test]
fn chains_fork_and_join_and_run_in_circles() {
    let all: &[(u32, u64)] = &[(1, 1), (2, 1), (3, 1), (4, 1)];
    for (text, expected) in [
        ("", &[(1, 1), (2, 1), (3, 1), (4, 1)][..]),
        // A fork: two updates replace the same one.
        ("3>1 2>1", &[(2, 2), (3, 1), (4, 1)]),
        // A join: one update replaces two, which replace the same.
        ("4>2 4>3 2>1 3>1", &[(4, 4)]),
        // Through an update that is missing nowhere.
        ("4>9 9>1 9>2", &[(4, 3), (3, 1)]),
        // A circle: the highest number covers the others, and nothing is lost.
        ("1>2 2>3 3>1", &[(3, 3), (4, 1)]),
        // A circle with a tail: the update before it covers all of it.
        ("4>1 1>2 2>1 1>3", &[(4, 4)]),
    ] {
        let fleet = fleet(&[all], &edges(text), &[]);
        let found: Vec<(u32, u64)> = steps(&fleet).iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(found, expected, "{text}");
        let exposure = fleet.top_actions(9).last().unwrap().so_far.exposure;
        assert_eq!(exposure, 4, "{text}");
    }
}

#[test]
fn what_is_known_to_be_exploited_comes_first() {
    let machines: &[&[(u32, u64)]] = &[&[(1, 90), (2, 1)], &[(1, 90), (3, 1)], &[(3, 1)]];
    // The exploited CVE belongs to KB 2, which KB 3 would cover, but no machine misses both.
    let fleet = fleet(machines, &edges("1 2 3>2"), &[2]);
    let steps = fleet.top_actions(3);
    let found = steps.iter().map(|it| {
        let kb = it.kb.id.as_str();
        (kb, it.exploited, it.so_far.cves)
    });
    let expected = [("2", 1, Some(1)), ("1", 0, Some(2)), ("3", 0, Some(3))];
    assert!(found.eq(expected), "{steps:?}");
    assert_eq!(steps[0].due, Some("2026-12-01".parse().unwrap()));
    assert_eq!(fleet.exploited_in_plan(), 1);
}

#[test]
fn cves_of_a_plan_are_counted_once() {
    // Each of the two has one CVE, on both machines.
    let machines: &[&[(u32, u64)]] = &[&[(1, 3), (2, 3)], &[(1, 3), (2, 3)]];
    let fleet = fleet(machines, &edges("1 2>1"), &[]);
    let steps = fleet.top_actions(9);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].so_far.cves, Some(2));
    assert_eq!((steps[0].so_far.kbs, steps[0].so_far.gaps), (2, 4));
}

#[test]
fn accepted_gaps_are_not_part_of_a_step() {
    let machines: &[&[(u32, u64)]] = &[&[(1, 90), (2, 7)], &[(1, 20)], &[(1, 5), (2, 7)]];
    let plan = |accepted: &[(u8, u32)]| -> Vec<(u32, u64, u64)> {
        let accepted = accepted.iter().copied().collect();
        let fleet = fleet_of(outcomes(machines), Feeds::default(), &accepted);
        assert_eq!(fleet.exposure, 129, "the figures still count every gap");
        let steps = fleet.top_actions(9).into_iter();
        let steps = steps.map(|it| (it.kb.id.as_str().parse().unwrap(), it.machines, it.exposure));
        steps.collect()
    };
    assert_eq!(plan(&[]), [(1, 3, 115), (2, 2, 14)]);
    assert_eq!(plan(&[(0, 1)]), [(1, 2, 25), (2, 2, 14)]);
    assert_eq!(plan(&[(0, 1), (1, 1), (2, 2)]), [(2, 1, 7), (1, 1, 5)]);
    assert_eq!(plan(&[(0, 1), (1, 1), (2, 1)]), [(2, 2, 14)]);
}

/// With exact CVEs, machines that miss the same KB may have different ones.
#[test]
fn due_date_is_that_of_the_gaps_that_a_step_closes() {
    let exact = |cves: &[&str]| MissingKb {
        cves: Some(cves.iter().map(|it| cve(it)).collect()),
        ..gap("1", 1)
    };
    let outcomes = vec![
        answer(0, vec![exact(&["CVE-2025-29824"])]),
        answer(1, vec![exact(&["CVE-2026-00001", "CVE-2026-00002"])]),
        answer(2, vec![exact(&["CVE-2026-00002"])]),
    ];
    for (accepted, exploited, due) in [
        (&[][..], 2, "2025-04-29"),
        (&[(0, 1)], 1, "2026-12-01"),
        (&[(1, 1)], 1, "2025-04-29"),
    ] {
        let fleet = fleet_of(
            outcomes.clone(),
            feeds(),
            &accepted.iter().copied().collect(),
        );
        let [step] = fleet.top_actions(9)[..] else {
            panic!("{accepted:?}")
        };
        assert_eq!(step.exploited, exploited);
        assert_eq!(step.due, Some(due.parse().unwrap()), "{accepted:?}");
        let kb = &fleet.kbs[0];
        assert_eq!((kb.machines_missing, kb.exploited), (3, 2));
        assert_eq!(kb.exploited_accepted, accepted.len() as u64);
    }
}

/// The same plan, computed in the simplest way: all gains are counted again in each step, machine by machine.
struct Plain {
    /// The gaps of each machine that are not accepted.
    machines: Vec<BTreeMap<u32, u64>>,
    edges: BTreeMap<u32, BTreeSet<u32>>,
    exploited: BTreeSet<u32>,
}

impl Plain {
    fn reaches(&self, from: u32, to: u32) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            for older in self.edges.get(&next).into_iter().flatten() {
                if seen.insert(*older) {
                    open.push(*older);
                }
            }
        }
        seen.contains(&to)
    }

    fn covers(&self, newer: u32, older: u32) -> bool {
        newer != older
            && self.reaches(newer, older)
            && (newer > older || !self.reaches(older, newer))
    }

    /// The gaps that an update currently closes.
    fn closes(&self, kb: u32) -> Vec<(usize, u32)> {
        let mut closed = Vec::new();
        for (at, missing) in self.machines.iter().enumerate() {
            for other in missing.keys() {
                if missing.contains_key(&kb) && (*other == kb || self.covers(kb, *other)) {
                    closed.push((at, *other));
                }
            }
        }
        closed
    }

    fn all_gaps(&self) -> BTreeSet<(usize, u32)> {
        let machines = self.machines.iter().enumerate();
        let gaps = machines.flat_map(|(at, missing)| missing.keys().map(move |kb| (at, *kb)));
        gaps.collect()
    }

    /// How many of these gaps are known to be exploited, and their exposure.
    fn worth<'gap>(&self, gaps: impl IntoIterator<Item = &'gap (usize, u32)>) -> (u64, u64) {
        gaps.into_iter()
            .fold((0, 0), |(exploited, exposure), (at, kb)| {
                let is_exploited = self.exploited.contains(kb) && self.edges.contains_key(kb);
                (
                    exploited + u64::from(is_exploited),
                    exposure + self.machines[*at][kb],
                )
            })
    }
}

proptest! {
    #[test]
    fn plan_matches_the_simplest_computation(
        machines in proptest::collection::vec(
            proptest::collection::btree_map(1..7_u32, 1..6_u64, 0..5),
            1..7,
        ),
        edges in proptest::collection::btree_map(
            1..8_u32,
            proptest::collection::btree_set(1..8_u32, 0..3),
            0..6,
        ),
        exploited in proptest::collection::btree_set(1..8_u32, 0..3),
        accepted in proptest::collection::btree_set((0..7_u8, 1..7_u32), 0..8),
    ) {
        let lists: Vec<Vec<(u32, u64)>> = machines
            .iter()
            .map(|missing| missing.iter().map(|(kb, cves)| (*kb, *cves)).collect())
            .collect();
        let lists: Vec<&[(u32, u64)]> = lists.iter().map(Vec::as_slice).collect();
        let direct: BTreeMap<u32, Vec<u32>> = edges
            .iter()
            .map(|(newer, older)| (*newer, older.iter().copied().collect()))
            .collect();
        let catalogue: Vec<u32> = exploited.iter().copied().collect();
        let feeds = feeds_of_updates(&direct, &catalogue);
        let fleet = fleet_of(outcomes(&lists), feeds, &accepted);
        let mut machines = machines;
        for (number, kb) in &accepted {
            if let Some(missing) = machines.get_mut(usize::from(*number)) {
                missing.remove(kb);
            }
        }
        let plain = Plain { machines, edges, exploited };
        let mut open = plain.all_gaps();
        let all = plain.worth(&open);
        prop_assert_eq!((fleet.exploited_in_plan(), fleet.exposure_in_plan()), all);
        for action in fleet.top_actions(usize::MAX) {
            let closed = |kb: u32| -> BTreeSet<(usize, u32)> {
                let closes = plain.closes(kb).into_iter();
                closes.filter(|it| open.contains(it)).collect()
            };
            let gain = |kb: u32| plain.worth(&closed(kb));
            let chosen: u32 = action.kb.id.as_str().parse().unwrap();
            let most = (1..7).map(gain).max().unwrap();
            prop_assert_eq!(gain(chosen), most, "{}", chosen);
            prop_assert_eq!(action.exploited, gain(chosen).0);
            prop_assert_eq!(action.due.is_some(), action.exploited > 0);
            let own = plain.all_gaps();
            let own = own.iter().filter(|(_, kb)| *kb == chosen);
            prop_assert_eq!(action.machines, own.clone().count() as u64);
            prop_assert_eq!(action.exposure, plain.worth(own).1);
            for gap in closed(chosen) {
                open.remove(&gap);
            }
            let left = plain.worth(&open);
            prop_assert_eq!(action.so_far.exploited, all.0 - left.0);
            prop_assert_eq!(action.so_far.exposure, all.1 - left.1);
        }
        prop_assert!(open.is_empty(), "{:?}", open);
        for kb in &fleet.kbs {
            let number: u32 = kb.id.as_str().parse().unwrap();
            let covered = plain.machines.iter().filter(|missing| {
                missing.contains_key(&number)
                    && missing.keys().any(|newer| plain.covers(*newer, number))
            });
            prop_assert_eq!(kb.covered_on, covered.count() as u64);
        }
    }
}
