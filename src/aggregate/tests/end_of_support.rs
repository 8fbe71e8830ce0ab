//! Machines whose Windows version no longer gets updates.

use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::prelude::*;

use super::*;
use crate::domain::software::{RunSoftware, SoftwareInventory, SoftwareSet, Windows};

/// An inventory of machines with the last day on which their Windows version gets updates.
pub(crate) fn software(machines: &[(MachineId, Option<Date>)]) -> RunSoftware {
    let set = |ends: &Option<Date>| SoftwareSet {
        windows: Some(Windows {
            build: "10.0.19045.4291".into(),
            support_status: "None".into(),
            support_ends: *ends,
        }),
        ..SoftwareSet::default()
    };
    let mut places: Vec<(MachineId, u32)> = (0..)
        .zip(machines)
        .map(|(place, machine)| (machine.0, place))
        .collect();
    places.sort_unstable();
    RunSoftware::Known(Arc::new(SoftwareInventory {
        sets: machines.iter().map(|it| set(&it.1)).collect(),
        machines: places,
        ..SoftwareInventory::default()
    }))
}

/// The day of the run in these tests.
const DAY: Date = date(1970, 1, 11);

fn on(software: &RunSoftware) -> Option<SoftwareOn<'_>> {
    SoftwareOn::of(Some(software), STARTED_AT, &TimeZone::UTC)
}

#[test]
fn unsupported_machine_without_gaps_is_never_clean() {
    let ended = Some(date(1970, 1, 10));
    let software = software(&[
        (machine(0), ended),
        (machine(1), ended),
        (machine(2), Some(DAY)),
        (machine(3), Some(date(1971, 1, 1))),
        (machine(4), None),
        (machine(6), ended),
    ]);
    let outcomes = vec![
        answer(0, Vec::new()),
        answer(1, vec![gap("1", 1)]),
        answer(2, Vec::new()),
        answer(3, Vec::new()),
        answer(4, Vec::new()),
        answer(5, Vec::new()),
        failure(6, Reason::Timeout),
    ];
    let told = InMemory(outcomes);
    let fleet = told.aggregate_with(&inventory(7), RankBy::Cve, on(&software));
    let Coverage {
        answered,
        with_gaps,
        clean,
        unsupported,
        ..
    } = fleet.coverage;
    assert_eq!((answered, with_gaps, clean, unsupported), (6, 1, 4, 1));
    let expected = EndOfSupport {
        with_gaps: 1,
        ends_soon: 1,
    };
    assert_eq!(fleet.end_of_support, Some(expected));
    let unsupported = fleet
        .machines
        .iter()
        .find(|it| it.id == machine(0))
        .unwrap();
    assert!(!unsupported.result.as_ref().unwrap().is_fully_patched());
    // Without the inventory, support is unknown.
    let fleet = told.aggregate(&inventory(7), RankBy::Cve);
    assert_eq!((fleet.coverage.clean, fleet.coverage.unsupported), (5, 0));
    assert_eq!(fleet.end_of_support, None);
}

#[test]
fn unsupported_comes_before_no_current_data() {
    let mut inventory = inventory(2);
    inventory.columns = vec!["lastSeen".to_owned()];
    inventory.cells = [["2026-01-01T00:00:00Z"]; 2].into_iter().collect();
    let software = software(&[(machine(0), Some(date(1970, 1, 1)))]);
    let mut outcomes = vec![answer(0, Vec::new()), answer(1, Vec::new())];
    for answer in outcomes.iter_mut().flat_map(|it| &mut it.result) {
        answer.as_of = "2026-11-29T00:00:00Z".parse().unwrap();
    }
    let fleet = InMemory(outcomes).aggregate_with(&inventory, RankBy::Cve, on(&software));
    let coverage = fleet.coverage;
    assert_eq!((coverage.unsupported, coverage.no_current_data), (1, 1));
}

proptest! {
    #[test]
    fn answered_machines_are_in_one_class(
        gaps in proptest::collection::vec(proptest::option::of(0..3_u8), 12),
        days in proptest::collection::vec(proptest::option::of(-200..200_i64), 12),
    ) {
        let outcomes = (0..).zip(&gaps).map(|(number, gaps)| match gaps {
            Some(gaps) => answer(number, (0..*gaps).map(|kb| super::gap(&kb.to_string(), 1)).collect()),
            None => failure(number, Reason::Timeout),
        });
        let ends = |days: &Option<i64>| days.map(|days| DAY.saturating_add(jiff::Span::new().days(days)));
        let machines: Vec<_> = (0..).map(machine).zip(days.iter().map(ends)).collect();
        let software = software(&machines);
        let fleet = InMemory(outcomes.collect()).aggregate_with(&inventory(12), RankBy::Cve, on(&software));
        let Coverage { answered, with_gaps, clean, no_current_data, unsupported, .. } = fleet.coverage;
        prop_assert_eq!(with_gaps + clean + no_current_data + unsupported, answered);
        let ended = |days: &Option<i64>| days.is_some_and(|days| days < 0);
        let expected = gaps.iter().zip(&days).filter(|(gaps, days)| **gaps == Some(0) && ended(days));
        prop_assert_eq!(unsupported, expected.count() as u64);
        let also = gaps.iter().zip(&days).filter(|(gaps, days)| gaps.is_some_and(|it| it > 0) && ended(days));
        prop_assert_eq!(fleet.end_of_support.unwrap().with_gaps, also.count() as u64);
    }
}
