//! Since when machines have been missing their KBs.

use proptest::prelude::*;

use super::*;
use crate::domain::gaps::{AnswerRef, Gaps};

/// The nights of one machine: the ids of its missing KBs, or `None` without an answer.
type Nights<'nights> = &'nights [Option<&'nights [&'nights str]>];

/// What the list contains about the machine on a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// No time when it was last seen.
    Bare,
    /// It was seen on this day.
    LastSeen(&'static str),
}

impl List {
    /// It was last seen years ago: an empty answer says nothing.
    const SILENT: Self = Self::LastSeen("2020-01-01");

    fn read(self) -> Inventory {
        let cell = match self {
            Self::Bare => return inventory(4),
            Self::LastSeen(day) => day,
        };
        let rows = (1..=4).map(|number| format!("{},{cell}\n", machine(number)));
        let list = format!("id,lastSeen\n{}", rows.collect::<String>());
        read_from(list.as_bytes(), "machines.csv", None).unwrap()
    }
}

/// Plays a run for each night, and keeps that many. `change` is the index of a night before which the
/// service's address changes.
fn play(nights: Nights<'_>, keep: u32, change: Option<usize>) -> TestStore {
    play_lists(nights, &vec![List::Bare; nights.len()], keep, change)
}

/// The same with a list for each night.
fn play_lists(nights: Nights<'_>, lists: &[List], keep: u32, change: Option<usize>) -> TestStore {
    let place = TestStore::new();
    for (number, missing) in nights.iter().enumerate() {
        if change == Some(number) {
            let moved = "UPDATE service SET api_url = 'https://elsewhere'";
            place.open().connection.execute_batch(moved).unwrap();
        }
        let outcome = match missing {
            // The number of CVEs, and so the description, differs from night to night.
            Some(missing) => {
                let cves = number as u64 / 2;
                let missing = missing.iter().map(|id| kb(id, cves));
                answered(1, night(number), missing.collect())
            }
            None => failed(1, Reason::Timeout),
        };
        let ended = Some(EndingWord::Finished);
        let list = lists[number].read();
        let run = place.play_list(&list, Reuse::Nothing, vec![outcome], ended);
        place
            .open()
            .prune(&[Retention { run, keep }], now())
            .unwrap();
    }
    place
}

fn night(number: usize) -> Timestamp {
    hours(24 * i64::try_from(number).unwrap())
}

/// For each night of the last run's answer to the first, the KB and the night since which it has
/// been missing.
fn since(place: &TestStore) -> Vec<String> {
    let store = place.open();
    let run = store.runs().unwrap()[0].run;
    let snapshot = Snapshot::of(store, 1).unwrap();
    let mut found = Vec::new();
    let mut take = |outcome: Outcome, answer: AnswerRef| {
        if let Ok(answered) = outcome.result {
            // Read again, they are the same.
            assert_eq!(snapshot_since(&snapshot, answer), answered.since);
            let gaps = answered.missing.iter().zip(answered.since.iter());
            found.extend(gaps.map(|(gap, since)| {
                let nights = since.duration_since(now()).as_hours() / 24;
                format!("{} since {nights}", gap.id)
            }));
        }
    };
    // The outcomes are read from a second store, because the snapshot is in use.
    place.open().for_each_outcome(run, &mut take).unwrap();
    found
}

fn snapshot_since(snapshot: &Snapshot, answer: AnswerRef) -> crate::domain::since::MissingSince {
    snapshot.since(answer).unwrap()
}

#[test]
fn times_outlive_forgotten_runs() {
    let nights: Nights<'_> = &[Some(&["1", "2"]), Some(&["1"]), None, Some(&["1", "2"])];
    for keep in [1, 90] {
        assert_eq!(since(&play(nights, keep, None)), ["1 since 0", "2 since 3"]);
    }
}

#[test]
fn silence_is_no_break() {
    let nights: Nights<'_> = &[Some(&["1"]), Some(&[]), Some(&[]), Some(&["1", "2"])];
    let seen = List::LastSeen("2026-11-20");
    let bare = List::Bare;
    for (silent, expected) in [
        (
            [bare, List::SILENT, List::SILENT, bare],
            ["1 since 0", "2 since 3"],
        ),
        ([List::SILENT; 4], ["1 since 0", "2 since 3"]),
        // A machine that was seen has installed it.
        ([seen; 4], ["1 since 3", "2 since 3"]),
        ([seen, List::SILENT, seen, seen], ["1 since 3", "2 since 3"]),
        ([bare, bare, List::SILENT, bare], ["1 since 3", "2 since 3"]),
    ] {
        for keep in [1, 90] {
            let place = play_lists(nights, &silent, keep, None);
            assert_eq!(since(&place), expected, "{silent:?}");
        }
    }
    // The first answer of all.
    let nights: Nights<'_> = &[Some(&[]), Some(&["1"])];
    let place = play_lists(nights, &[List::SILENT; 2], 1, None);
    assert_eq!(since(&place), ["1 since 1"]);
}

#[test]
fn times_outlive_a_change_of_the_address() {
    let nights: Nights<'_> = &[Some(&["1"]), Some(&["1", "2"]), Some(&["1", "2"])];
    for change in [1, 2] {
        let place = play(nights, 90, Some(change));
        assert_eq!(since(&place), ["1 since 0", "2 since 1"], "{change}");
    }
}

#[test]
fn answer_that_was_not_recorded_continues_the_last_one() {
    let place = play(&[Some(&["1", "3"]), Some(&["1"])], 90, None);
    let store = place.open();
    let service = store.runs().unwrap()[0].service_number;
    let mut unsaved = answered(1, night(5), vec![kb("1", 9), kb("3", 9)]);
    store.continue_since(service, &mut unsaved).unwrap();
    let times: Vec<_> = unsaved.result.unwrap().since.iter().collect();
    assert_eq!(times, [night(0), night(5)]);
    // There is nothing about another machine.
    let mut unknown = answered(9, night(5), vec![kb("1", 9)]);
    store.continue_since(service, &mut unknown).unwrap();
    let times: Vec<_> = unknown.result.unwrap().since.iter().collect();
    assert_eq!(times, [night(5)]);
}

#[test]
fn shifting_an_answer_shifts_its_times() {
    let place = play(&[Some(&["1"]), Some(&["1", "2"])], 90, None);
    place.open().shift_back(Duration::from_hours(24)).unwrap();
    assert_eq!(since(&place), ["1 since -1", "2 since 0"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn gap_is_open_since_the_first_answer_without_a_break(
        nights in prop::collection::vec(
            (
                prop::option::weighted(0.8, prop::collection::btree_set("[1-5]", 0..5)),
                prop::bool::weighted(0.4),
            ),
            1..8,
        ),
        keep in 1..4_u32,
    ) {
        let (nights, silent): (Vec<_>, Vec<bool>) = nights.into_iter().unzip();
        let lists: Vec<List> = silent
            .iter()
            .map(|is_silent| if *is_silent { List::SILENT } else { List::Bare })
            .collect();
        let ids: Vec<Option<Vec<&str>>> = nights
            .iter()
            .map(|night| night.as_ref().map(|ids| ids.iter().map(String::as_str).collect()))
            .collect();
        let ids: Vec<Option<&[&str]>> = ids.iter().map(Option::as_deref).collect();
        let place = play_lists(&ids, &lists, keep, None);
        let last = ids.len() - 1;
        let says_something = |night: &usize| {
            ids[*night].is_some_and(|missing| !missing.is_empty() || !silent[*night])
        };
        let expected = ids[last].unwrap_or_default().iter().map(|id| {
            let answers = (0..=last).rev().filter(says_something);
            let with_it = answers
                .take_while(|night| ids[*night].is_some_and(|missing| missing.contains(id)));
            format!("{id} since {}", with_it.last().unwrap())
        });
        prop_assert_eq!(since(&place), expected.collect::<Vec<_>>());
    }
}
