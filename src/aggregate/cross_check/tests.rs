use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    cve::CveFacts,
    kb::tests::missing,
    vulnerabilities::{VulnerabilityRow, VulnerabilityRows},
};

const GENERATED: Timestamp = Timestamp::UNIX_EPOCH;

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn row(machine: MachineId, kb: &str, cve: u32) -> VulnerabilityRow<'_> {
    VulnerabilityRow {
        machine,
        is_onboarded: true,
        kb,
        name: "",
        url: "",
        product: "windows_11",
        os_version: "",
        cve: (cve > 0).then(|| format!("CVE-2026-{cve:05}").parse().unwrap()),
        facts: CveFacts::default(),
    }
}

/// The missing KBs of each machine, with the number of CVEs; machines without a list are not onboarded.
type Fleet<'kb> = [(u8, Option<&'kb [(&'kb str, u32)]>)];

fn bulk(fleet: &Fleet<'_>, generated_at: Timestamp) -> BulkAnswers {
    let mut rows = VulnerabilityRows::default();
    for (number, missing) in fleet {
        let machine = machine(*number);
        let Some(missing) = missing else {
            rows.add(&VulnerabilityRow {
                is_onboarded: false,
                ..row(machine, "1", 1)
            });
            continue;
        };
        rows.add(&row(machine, "", 1));
        for (kb, cves) in *missing {
            (1..=*cves).for_each(|cve| rows.add(&row(machine, kb, cve)));
        }
    }
    rows.finish(generated_at)
}

fn answer(kbs: &[(&str, u64)], as_of: Timestamp) -> Answer {
    let kbs = kbs.iter().map(|(kb, cves)| missing(kb, *cves)).collect();
    Answer::new(Source::Calls, as_of, kbs)
}

/// The comparison of these answers with a source that lists machine 8 without a row. Machine 9 is silent
/// according to a list.
fn checked(answers: &[(u8, Answer)], second: &BulkAnswers) -> CrossCheck {
    let [known, silent] = [8, 9].map(|number| HashSet::from([machine(number)]));
    let mut tally = CrossCheckTally::new(SecondAnswers {
        source: Source::Export,
        answers: second,
        known: &known,
        silent: &silent,
    });
    for (number, answer) in answers {
        tally.record(machine(*number), answer);
    }
    tally.finish()
}

#[test]
fn differences_are_explained() {
    use Explanation::{NoCve, NotOnboarded, Silent, Unknown};
    let second = bulk(
        &[
            (1, Some(&[("1", 2), ("2", 1), ("4", 3)])),
            (2, None),
            (9, Some(&[("1", 1)])),
        ],
        GENERATED,
    );
    for (number, kbs, expected) in [
        (1, &[("1", 2), ("2", 1), ("4", 3)][..], vec![]),
        (
            1,
            &[("1", 2), ("2", 5), ("3", 0)],
            vec![
                ("2", Some(5), Some(1), Unknown),
                ("3", Some(0), None, NoCve),
                ("4", None, Some(3), Unknown),
            ],
        ),
        (
            2,
            &[("1", 0), ("2", 7)],
            vec![
                ("1", Some(0), None, NoCve),
                ("2", Some(7), None, NotOnboarded),
            ],
        ),
        (8, &[("1", 1)], vec![("1", Some(1), None, Unknown)]),
        (8, &[], vec![]),
        (9, &[("1", 2)], vec![("1", Some(2), Some(1), Silent)]),
    ] {
        let check = checked(&[(number, answer(kbs, GENERATED))], &second);
        let rows = check.rows.iter();
        let rows = rows.map(|it| (it.kb.as_str(), it.first, it.second, it.because));
        assert_eq!(rows.collect::<Vec<_>>(), expected, "{number}");
        assert_eq!(check.machines_not_compared, 0);
    }
}

#[test]
fn machine_that_a_list_has_as_silent_is_compared_without_a_row() {
    let check = checked(
        &[(9, answer(&[("1", 2)], GENERATED))],
        &bulk(&[], GENERATED),
    );
    assert_eq!(check.rows[0].because, Explanation::Silent);
}

#[test]
fn machine_that_only_one_side_knows_is_not_compared() {
    let second = bulk(&[(1, Some(&[("1", 1)])), (3, Some(&[("1", 1)]))], GENERATED);
    let answers = [1, 4].map(|number| (number, answer(&[("1", 1)], GENERATED)));
    let check = checked(&answers, &second);
    assert_eq!((check.compared, check.machines_not_compared), (1, 1));
    assert_eq!(check.rows, []);
}

#[test]
fn only_a_later_reading_that_agrees_explains_a_difference_by_age() {
    let hours = |hours| GENERATED + SignedDuration::from_hours(hours);
    let second = bulk(&[(1, Some(&[("1", 1), ("2", 1)]))], GENERATED);
    // KB 1 was installed after the export, and KB 3 appeared.
    let now = bulk(&[(1, Some(&[("2", 1), ("3", 4)]))], hours(6));
    for (answered, read_again, settled) in [
        (hours(2), &now, 2),
        (hours(0), &now, 0),
        (hours(-2), &now, 0),
        (hours(7), &now, 0),
        (hours(2), &second, 0),
        (hours(2), &bulk(&[(1, None)], hours(6)), 0),
    ] {
        let answers = [(1, answer(&[("2", 1), ("3", 4)], answered))];
        let mut check = checked(&answers, &second);
        assert_eq!(check.counts().because.unknown, 2);
        let none = HashSet::new();
        let again = |source| SecondAnswers {
            source,
            answers: read_again,
            known: &none,
            silent: &none,
        };
        assert_eq!(settle(&mut check, again(Source::Hunting)), 0);
        assert_eq!(settle(&mut check, again(Source::Export)), settled);
        let because = check.counts().because;
        assert_eq!((because.age, because.unknown), (settled, 2 - settled));
        assert_eq!(settle(&mut check, again(Source::Export)), 0, "only once");
    }
}

const KBS: [&str; 5] = ["1", "2", "3", "4", "5"];

/// The missing KBs of some machines, with the number of CVEs.
fn fleet() -> impl Strategy<Value = BTreeMap<u8, BTreeMap<&'static str, u32>>> {
    let missing = prop::collection::btree_map(prop::sample::select(&KBS[..]), 1..4_u32, 0..5);
    prop::collection::btree_map(1..7_u8, missing, 0..6)
}

proptest! {
    #[test]
    fn every_pair_is_compared_once_in_any_order(ours in fleet(), theirs in fleet()) {
        let rows: BTreeMap<u8, Vec<(&str, u32)>> = theirs
            .iter()
            .map(|(number, missing)| (*number, missing.iter().map(|it| (*it.0, *it.1)).collect()))
            .collect();
        let second: Vec<_> = rows.iter().map(|(number, missing)| (*number, Some(&missing[..]))).collect();
        let second = bulk(&second, GENERATED);
        let mut answers: Vec<(u8, Answer)> = ours
            .iter()
            .map(|(number, missing)| {
                let kbs: Vec<_> = missing.iter().map(|it| (*it.0, u64::from(*it.1))).collect();
                (*number, answer(&kbs, GENERATED))
            })
            .collect();
        let check = checked(&answers, &second);
        answers.reverse();
        prop_assert_eq!(&check, &checked(&answers, &second));

        let both = ours.keys().filter(|it| theirs.contains_key(it));
        let pairs: BTreeSet<(u8, &str)> = both
            .flat_map(|number| {
                let kbs = ours[number].keys().chain(theirs[number].keys());
                kbs.map(|kb| (*number, *kb))
            })
            .collect();
        let differing = pairs.iter().filter(|(number, kb)| ours[number].get(kb) != theirs[number].get(kb));
        let counts = check.counts();
        prop_assert_eq!(counts.compared, pairs.len() as u64);
        prop_assert_eq!(counts.differing, differing.count() as u64);
        prop_assert_eq!(counts.compared, counts.agreeing + counts.differing);
        let because = counts.because;
        let explained = because.age + because.no_cve + because.silent + because.not_onboarded;
        prop_assert_eq!(counts.differing, explained + because.unknown);
    }
}
