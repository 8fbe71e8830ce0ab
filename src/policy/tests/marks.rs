//! Which gaps are accepted or overdue.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;

use crate::{
    domain::kb::{KbId, tests::missing},
    domain::machine::MachineId,
    inventory::{Cells, Inventory, InventoryMachine},
    policy::{
        DatedPolicy, Deadlines, Exceptions, GapMark, Marker, Policy,
        exceptions::{Exception, MachineTraits},
    },
    risk::{Feeds, tests::feeds_of},
};

const TODAY: &str = "2026-12-11";

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

/// One machine with this group and these tags.
fn list(group: &str, tags: &str) -> Inventory {
    Inventory {
        columns: vec!["Group".to_owned(), "Tags".to_owned()],
        machines: [InventoryMachine {
            id: machine(1),
            line: 2,
        }]
        .into(),
        cells: Cells::from_iter([[group, tags]]),
        ..Inventory::default()
    }
}

fn dated(policy: Policy) -> DatedPolicy {
    DatedPolicy {
        policy: Arc::new(policy),
        today: TODAY.parse().unwrap(),
    }
}

/// An exception for this KB, and until this day.
fn exception(kb: Option<&str>, until: Option<&str>) -> Exception {
    Exception {
        line: 2,
        kb: kb.map(KbId::new),
        machine: None,
        group: None,
        tag: None,
        until: until.map(|it| it.parse().unwrap()),
    }
}

/// The mark of KB 1 on that machine, which has been open for this many days, and the number of gaps that each
/// exception applies to.
fn mark(policy: Policy, feeds: &Feeds, days: i64) -> (GapMark, Vec<u64>) {
    let started_at: Timestamp = format!("{TODAY}T12:00:00Z").parse().unwrap();
    let since = started_at - jiff::SignedDuration::from_hours(24 * days);
    let list = list(" Servers", "vip; Board");
    let policy = dated(policy);
    let mut marker = Marker::new(&policy, feeds, &list, started_at);
    marker.machine(machine(1), 0);
    let mark = marker.mark(&missing("1", 3), since);
    (mark, marker.into_hits())
}

fn is_accepted(exception: Exception) -> (bool, u64) {
    let policy = Policy {
        exceptions: Some(Exceptions::new(String::new(), vec![exception])),
        deadlines: None,
    };
    let (mark, hits) = mark(policy, &Feeds::default(), 0);
    (mark.is_accepted, hits[0])
}

#[test]
fn exception_accepts_gaps_that_match_all_of_its_fields() {
    let any = || exception(None, None);
    let kb = || exception(Some("1"), None);
    for (exception, expected) in [
        (kb(), true),
        (exception(Some("2"), None), false),
        (
            Exception {
                machine: Some(machine(1)),
                ..any()
            },
            true,
        ),
        (
            Exception {
                machine: Some(machine(2)),
                ..kb()
            },
            false,
        ),
        (
            Exception {
                group: Some("servers".to_owned()),
                ..any()
            },
            true,
        ),
        (
            Exception {
                group: Some("server".to_owned()),
                ..kb()
            },
            false,
        ),
        (
            Exception {
                tag: Some("board".to_owned()),
                group: Some("servers".to_owned()),
                ..kb()
            },
            true,
        ),
        (
            Exception {
                tag: Some("pilot".to_owned()),
                machine: Some(machine(1)),
                ..kb()
            },
            false,
        ),
    ] {
        let hits = u64::from(expected);
        assert_eq!(
            is_accepted(exception.clone()),
            (expected, hits),
            "{exception:?}"
        );
    }
}

#[test]
fn last_day_is_inclusive_and_a_gap_comes_back_after_it() {
    for (until, expected) in [
        (None, true),
        (Some("2026-12-12"), true),
        (Some(TODAY), true),
        (Some("2026-12-10"), false),
    ] {
        let found = is_accepted(exception(Some("1"), until));
        // An expired exception still counts its gaps, so that the run can report it.
        assert_eq!(found, (expected, 1), "{until:?}");
    }
}

#[test]
fn gap_is_overdue_after_its_deadline_or_cisas_date() {
    // CISA's date is 2026-12-01, ten days ago. The KB of MSRC's first update is important, that of the
    // second critical.
    let nothing = || Feeds::default();
    let critical = || Feeds::new(None, None, feeds_of("2", "1").msrc().cloned());
    let important = || Feeds::new(None, None, feeds_of("1", "2").msrc().cloned());
    let exploited = || feeds_of("1", "2");
    for (feeds, days, expected) in [
        (nothing(), 90, 0),
        (nothing(), 91, 1),
        (important(), 90, 0),
        (critical(), 30, 0),
        (critical(), 33, 3),
        (exploited(), 0, 10),
        (exploited(), 23, 10),
        (exploited(), 25, 11),
    ] {
        let policy = Policy {
            exceptions: None,
            deadlines: Some(Deadlines::default()),
        };
        let (mark, _) = mark(policy, &feeds, days);
        assert_eq!(mark.overdue, expected, "{days} days: {:?}", mark.risk);
    }
    let (without, _) = mark(Policy::default(), &exploited(), 400);
    assert_eq!((without.overdue, without.is_accepted), (0, false));
    assert_eq!(without.risk.known_exploited, Some(1));
}

#[test]
fn accepted_gap_is_not_overdue() {
    for (until, expected) in [(None, 0), (Some("2026-12-10"), 310)] {
        let policy = Policy {
            exceptions: Some(Exceptions::new(
                String::new(),
                vec![exception(Some("1"), until)],
            )),
            deadlines: Some(Deadlines::default()),
        };
        assert_eq!(mark(policy, &Feeds::default(), 400).0.overdue, expected);
    }
}

fn any_exception() -> impl Strategy<Value = Exception> {
    let text = |pattern: &'static str| proptest::option::of(pattern);
    let machines = proptest::option::of((0..3_u8).prop_map(machine));
    (text("[12]"), machines, text("[ab]"), text("[xy]")).prop_map(|(kb, machine, group, tag)| {
        Exception {
            machine,
            group,
            tag,
            ..exception(kb.as_deref(), None)
        }
    })
}

proptest! {
    #[test]
    fn index_agrees_with_checking_each_exception(
        all in proptest::collection::vec(any_exception(), 0..12),
        number in 0..3_u8,
        group in "[ab]?",
        tags in proptest::collection::btree_set("[xyz]", 0..3),
        kb in "[12]",
    ) {
        let traits = MachineTraits {
            id: machine(number),
            group: group.clone(),
            tags: tags.iter().cloned().collect(),
        };
        let exceptions = Exceptions::new(String::new(), all.clone());
        let found = exceptions.of_machine(&traits);
        let mut found: Vec<usize> = found.of_kb(&KbId::new(&kb)).map(|it| it.0).collect();
        found.sort_unstable();
        let fits = |it: &Exception| {
            it.kb.as_ref().is_none_or(|it| it.as_str() == kb)
                && it.machine.is_none_or(|it| it == machine(number))
                && it.group.as_ref().is_none_or(|it| *it == group)
                && it.tag.as_ref().is_none_or(|it| tags.contains(it))
        };
        let expected: Vec<usize> = (0..all.len()).filter(|at| fits(&all[*at])).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn exception_holds_until_its_last_day(days in -3..3_i32) {
        let today: Date = TODAY.parse().unwrap();
        let until = today.checked_add(jiff::Span::new().days(days)).unwrap();
        let exception = exception(None, Some(&until.to_string()));
        prop_assert_eq!(exception.holds_on(today), days >= 0);
    }
}
