//! The number of calls a night takes, for a fleet the size of a real tenant.

use super::*;

/// 970 cohorts of a few machines to a few hundred.
fn tenant() -> Fleet {
    let mut random = fastrand::Rng::with_seed(17);
    let sizes: Vec<usize> = (0..970)
        .map(|_| match random.u8(..10) {
            0..4 => random.usize(1..3),
            4..9 => random.usize(3..20),
            _ => random.usize(20..80),
        })
        .collect();
    Fleet::of(&sizes)
}

fn control(fleet: &Fleet) -> ControlTotals {
    ControlTotals {
        service: fleet.census(),
        is_whole: true,
        usual: BTreeMap::new(),
    }
}

/// At most 1.05 times the expected number.
fn is_at_most(requested: usize, expected: usize) {
    assert!(
        requested * 100 <= expected * 105,
        "{requested} instead of {expected}"
    );
}

#[test]
fn first_night_by_cohorts_takes_the_calls_of_the_formula() {
    for exceptions_per_thousand in [0, 4, 8] {
        let mut fleet = tenant();
        let mut random = fastrand::Rng::with_seed(3);
        let all = 0..fleet.versions.len();
        fleet.exceptions = all
            .filter(|_| random.u16(..1000) < exceptions_per_thousand)
            .collect();
        let strict = Policy {
            max_missed: 1.0,
            ..policy()
        };
        let ran = Ran::of(&fleet, strict, Some(control(&fleet)));
        assert!(!ran.selector.missed_too_many());
        let mut sizes: BTreeMap<u16, usize> = BTreeMap::new();
        for version in &fleet.versions {
            *sizes.entry(*version).or_default() += 1;
        }
        let leaders: usize = sizes.values().map(|size| size.min(&2)).sum();
        let sample = (fleet.versions.len() - leaders).div_ceil(50).max(200);
        let rounds = ran.rounds.iter().zip(&ran.sizes);
        let disagreeing = rounds.filter(|(why, _)| **why == RoundReason::Disagreement);
        let disagreeing: usize = disagreeing.map(|(_, size)| size).sum();
        is_at_most(ran.requested.len(), leaders + sample + disagreeing);
        assert!(ran.requested.len() * 3 < fleet.versions.len());
    }
}

#[test]
fn ordinary_night_by_changes_takes_the_calls_of_the_formula() {
    let mut fleet = Fleet::of(&[400; 50]);
    let last = |machine: usize| u16::try_from(machine / 400).unwrap();
    let is_changed = |machine: usize| machine.is_multiple_of(12);
    let is_new = |machine: usize| machine % 400 == 399;
    let all = 0..fleet.versions.len();
    fleet.last = all
        .clone()
        .map(|machine| match machine {
            machine if is_new(machine) => None,
            machine if is_changed(machine) => Some((last(machine) + 1) % 50),
            machine => Some(last(machine)),
        })
        .collect();
    let due = all.clone().filter(|it| is_new(*it) || is_changed(*it));
    let due = due.count();
    assert!(due * 100 >= fleet.versions.len() * 8);
    let sample = ((fleet.versions.len() - due) * 7).div_ceil(100);
    let changes = Policy {
        keeps: true,
        infers: false,
        max_missed: 1.0,
        ..policy()
    };
    let ran = Ran::of(&fleet, changes, Some(control(&fleet)));
    is_at_most(ran.requested.len(), due + sample);
    assert_eq!(ran.wrong(&fleet), [0; 0]);
}
