//! Fleets over seeds and nights.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use proptest::prelude::*;

use super::*;
use crate::domain::kb::KbId;

#[test]
fn larger_fleet_extends_the_smaller_one() {
    let small = Fleet::generate(3, 20);
    let large = Fleet::generate(3, 200);
    assert_eq!(small.machines(), &large.machines()[..20]);
    assert_ne!(
        small.machines()[0].id,
        Fleet::generate(4, 1).machines()[0].id
    );
}

#[test]
fn gap_counts_are_realistic() {
    let fleet = Fleet::generate(1, 2000);
    let sizes: Vec<usize> = fleet.machines().iter().map(|it| it.missing.len()).collect();
    let between = |low, high| {
        sizes
            .iter()
            .filter(|&&size| low <= size && size < high)
            .count()
    };
    assert!((300..500).contains(&between(0, 1)), "{}", between(0, 1));
    assert!(between(1, 16) > 1300, "{}", between(1, 16));
    assert!((10..120).contains(&between(25, 60)), "{}", between(25, 60));
    assert_eq!(between(60, usize::MAX), 0);
}

#[test]
fn each_night_changes_a_few_machines() {
    let first = Fleet::generate(1, 1000);
    let next = Fleet::after(1, 1, 1000);
    assert_eq!(next.machines().len(), 1000);
    let stayed: Vec<_> = first
        .machines()
        .iter()
        .filter_map(|machine| Some((machine, next.get(machine.id)?)))
        .collect();
    assert_eq!(stayed.len(), 998, "two left, and two came");
    let changed = stayed
        .iter()
        .filter(|(then, now)| then.missing != now.missing);
    let changed = changed.count();
    assert!((20..100).contains(&changed), "{changed}");
    assert_eq!(next.machines(), Fleet::after(1, 1, 1000).machines());
}

#[test]
fn patch_day_adds_newer_updates() {
    let before = Fleet::after(catalogue::PATCH_DAY - 1, 1, 300);
    let after = Fleet::after(catalogue::PATCH_DAY, 1, 300);
    let next = after
        .catalogue
        .updates()
        .filter(|it| it.month == catalogue::MONTHS);
    let next: HashSet<KbId> = next.map(|it| it.id.clone()).collect();
    let misses = |fleet: &Fleet| {
        let gaps = fleet.machines().iter().flat_map(|it| it.missing.iter());
        gaps.filter(|gap| next.contains(&gap.id)).count()
    };
    assert_eq!(misses(&before), 0);
    assert!(misses(&after) > 300, "{}", misses(&after));
}

#[test]
fn machines_are_found_by_id_and_miss_each_update_once() {
    let fleet = Fleet::generate(1, 300);
    for machine in fleet.machines() {
        assert_eq!(fleet.get(machine.id), Some(machine));
        assert!(machine.missing.is_sorted_by(|one, other| one.id < other.id));
    }
    let names: HashSet<_> = fleet.machines().iter().map(|it| &it.name).collect();
    assert_eq!(names.len(), 300);
}

#[test]
fn cve_counts_of_an_update_vary_by_machine() {
    let fleet = Fleet::generate(1, 300);
    let mut counts: HashMap<&str, HashSet<u64>> = HashMap::new();
    for missing in fleet.machines().iter().flat_map(|it| it.missing.iter()) {
        let seen = counts.entry(missing.id.as_str()).or_default();
        seen.insert(missing.cve_addressed);
    }
    assert!(counts.values().any(|seen| seen.len() > 1));
}

#[test]
fn inventory_lists_every_machine() {
    let fleet = Fleet::generate(1, 3);
    let csv = fleet.inventory_csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    let second = &fleet.machines()[1];
    assert!(lines[2].starts_with(&format!("{},{},", second.name, second.id)));
}

/// The visible software of a machine: the platform and all versions.
fn software(machine: &SimulatedMachine) -> (&'static str, Arc<[ProductVersion]>) {
    (machine.os_platform, Arc::clone(&machine.products))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn answers_follow_from_versions(seed: u64, nights in 0_u32..80) {
        let fleet = Fleet::after(nights, seed, 400);
        for cohort in fleet.cohorts() {
            let machines = cohort.iter().map(|&id| fleet.get(id).unwrap());
            let answers: HashSet<_> = machines.map(|it| format!("{:?}", answer(it))).collect();
            prop_assert_eq!(answers.len(), 1, "{:?}", cohort);
        }
    }

    #[test]
    fn exceptions_have_the_versions_of_the_others(seed: u64, nights in 0_u32..12) {
        let regular = Fleet::after(nights, seed, 400);
        let exceptions = Exceptions { half_installed: 0.1, ..Exceptions::default() };
        let fleet = Fleet::with_exceptions(nights, seed, 400, exceptions);
        let mut exceptions = 0;
        for (regular, machine) in regular.machines().iter().zip(fleet.machines()) {
            prop_assert_eq!(software(regular), software(machine));
            prop_assert!(machine.missing.is_sorted_by(|one, other| one.id < other.id));
            exceptions += usize::from(regular.missing != machine.missing);
        }
        prop_assert!((15..75).contains(&exceptions), "{}", exceptions);
    }
}

/// The service's description of each update, without the build.
fn answer(machine: &SimulatedMachine) -> Vec<(&KbId, u64, &[Arc<str>])> {
    let gaps = machine.missing.iter();
    gaps.map(|gap| (&gap.id, gap.cve_addressed, &gap.products[..]))
        .collect()
}

#[test]
fn cohorts_are_few_and_grow_slower_than_the_fleet() {
    let count = |nights, machines| Fleet::after(nights, 1, machines).cohorts().len();
    for nights in [0, 5, 40] {
        let [small, medium] = [1_000, 6_000].map(|machines| count(nights, machines));
        assert!((60..=140).contains(&small), "{nights}: {small}");
        assert!((150..=800).contains(&medium), "{nights}: {medium}");
    }
}

#[test]
fn an_ordinary_night_changes_at_most_eight_per_cent() {
    for nights in [0, 6, 20, 40] {
        let before = Fleet::after(nights, 1, 2_000);
        let after = Fleet::after(nights + 1, 1, 2_000);
        let unchanged = after.machines().iter().filter(|it| {
            let then = before.get(it.id);
            then.is_some_and(|then| software(then) == software(it) && then.missing == it.missing)
        });
        let changed = 2_000 - unchanged.count();
        assert!((40..=160).contains(&changed), "{nights}: {changed}");
    }
}

#[test]
fn every_machine_can_be_a_cohort_of_its_own() {
    let exceptions = Exceptions {
        all_different: true,
        ..Exceptions::default()
    };
    let fleet = Fleet::with_exceptions(0, 1, 300, exceptions);
    let unsupported = |machine: &&SimulatedMachine| machine.os_platform == "WindowsServer2012R2";
    let alike = fleet.machines().iter().filter(unsupported).count();
    assert!(fleet.cohorts().len() >= 300 - alike);
}

#[test]
fn answers_can_have_nothing_to_do_with_versions() {
    let exceptions = Exceptions {
        random_answers: true,
        ..Exceptions::default()
    };
    let fleet = Fleet::with_exceptions(0, 1, 1_000, exceptions);
    let differ = |cohort: &Vec<MachineId>| {
        let answers = cohort
            .iter()
            .map(|&id| format!("{:?}", fleet.get(id).unwrap().missing));
        answers.collect::<HashSet<_>>().len() > 1
    };
    let large: Vec<_> = fleet
        .cohorts()
        .into_iter()
        .filter(|it| it.len() > 10)
        .collect();
    assert!(large.len() > 10);
    let differing = large.iter().filter(|cohort| differ(cohort)).count();
    assert!(
        differing + 2 >= large.len(),
        "{differing} of {}",
        large.len()
    );
}

#[test]
fn a_few_machines_get_no_updates_any_more() {
    let fleet = Fleet::after(5, 1, 2_000);
    let today = jiff::civil::date(2026, 11, 30);
    let status = |status: &str| {
        let machines = fleet.machines().iter();
        let found = machines.filter(|it| it.lifecycle.support(today).status == status);
        found.collect::<Vec<_>>()
    };
    let ended = status("EOS Version");
    assert!((20..60).contains(&ended.len()), "{}", ended.len());
    assert!(ended.iter().all(|it| it.missing.is_empty()));
    let ends = ended
        .iter()
        .map(|it| it.lifecycle.support(today).ends.unwrap());
    assert!(ends.into_iter().all(|it| it < today));
    let upcoming = status("Upcoming EOS Version");
    assert!(upcoming.iter().any(|it| !it.missing.is_empty()));
    for machine in upcoming {
        let days = machine.lifecycle.support(today).ends.unwrap() - today;
        assert!((1..=90).contains(&days.get_days()));
    }
}
