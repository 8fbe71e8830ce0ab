//! For any history, every gap of both runs is in exactly one class.

use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*, sample::subsequence};

use super::*;

/// Nights: for each of six machines whether it is on the list, whether it is answered, whether that is
/// inferred, whether its software has changed, and its missing KBs.
fn nights() -> impl Strategy<Value = Nights> {
    let marks = subsequence(vec![INFERRED, INSTALLED], 0..=2);
    let missing = (marks, vec(6_u8..14, 0..5));
    let machine = option::weighted(0.8, option::weighted(0.8, missing));
    vec(vec(machine, 6), 2..5).prop_map(|nights| {
        let night = |machines: Vec<Option<Option<Answered>>>| {
            let listed = (1..).zip(machines);
            let listed = listed.filter_map(|(number, listed)| Some((number, listed?)));
            let text = |(marks, missing): Answered| {
                let marks = marks.into_iter().map(str::to_owned);
                marks
                    .chain(missing.iter().map(ToString::to_string))
                    .collect()
            };
            listed
                .map(|(number, missing)| (number, missing.map(text)))
                .collect()
        };
        Nights(nights.into_iter().map(night).collect())
    })
}

/// The markers of a machine, and its missing KBs.
type Answered = (Vec<&'static str>, Vec<u8>);

type Pairs = BTreeSet<(MachineId, String)>;

/// The gaps of a night.
fn gaps(nights: &Nights, number: usize) -> Pairs {
    let answered = nights.0[number].iter();
    let answered = answered.filter_map(|(machine, missing)| Some((machine, missing.as_ref()?)));
    let pairs = answered
        .flat_map(|(number, missing)| missing.iter().map(|id| (machine(*number), id.clone())));
    pairs
        .filter(|(_, id)| ![INFERRED, INSTALLED].contains(&id.as_str()))
        .collect()
}

/// The exposure of gaps that address as many CVEs as their ids have digits.
fn sum(gaps: &Pairs) -> u64 {
    gaps.iter().map(|(_, id)| id.len() as u64).sum()
}

/// The gaps in rows of these classes.
fn gaps_in(rows: &[ChangeRow], classes: &[Change]) -> Vec<(MachineId, String)> {
    let rows = rows.iter().filter(|row| classes.contains(&row.change));
    rows.map(|row| (row.machine, row.gap.id.to_string()))
        .collect()
}

proptest! {
    #[test]
    fn every_gap_is_in_exactly_one_class(nights in nights(), recognizes_replaced in any::<bool>()) {
        use Change::{Appeared, New, NotAnswered, OutOfScope, Replaced, Resolved, Returned, Unknown};
        let replacing = if recognizes_replaced { Replacing::Recognized } else { Replacing::Ignored };
        let last = nights.0.len() - 1;
        let (then, now) = (gaps(&nights, last - 1), gaps(&nights, last));
        let (changes, rows) = nights.changes(replacing);

        prop_assert_eq!(changes.tally.of_base(), then.len() as u64);
        prop_assert_eq!(changes.tally.of_today(), now.len() as u64);
        prop_assert_eq!(changes.base.figures.gaps, then.len() as u64);
        // The exposure is a sum over the same gaps, so its classes add up as well.
        let exposure = changes.exposure;
        prop_assert_eq!(exposure.then.of_base(), changes.base.figures.exposure);
        prop_assert_eq!(exposure.now.of_today(), sum(&now));
        let difference: i128 = Change::ALL.iter().map(|it| exposure.difference(*it)).sum();
        prop_assert_eq!(difference, i128::from(sum(&now)) - i128::from(sum(&then)));

        let is_of = |pairs: &Pairs, row: &&ChangeRow| {
            pairs.contains(&(row.machine, row.gap.id.to_string()))
        };
        let unknown = |pairs: &Pairs| {
            let rows = rows.iter().filter(|row| row.change == Unknown);
            rows.filter(|row| is_of(pairs, row)).cloned().collect::<Vec<_>>()
        };
        let (unknown_then, unknown_now) = (unknown(&then), unknown(&now));
        prop_assert_eq!(changes.tally.unknown_of_base(), unknown_then.len() as u64);
        prop_assert_eq!(changes.tally.unknown_of_today(), unknown_now.len() as u64);

        let mut gone = gaps_in(&rows, &[Resolved, Replaced, NotAnswered, OutOfScope]);
        gone.extend(gaps_in(&unknown_then, &[Unknown]));
        let distinct: Pairs = gone.iter().cloned().collect();
        prop_assert_eq!(gone.len(), distinct.len());
        prop_assert_eq!(distinct, then.difference(&now).cloned().collect::<Pairs>());

        let mut came = gaps_in(&rows, &[New, Returned, Appeared]);
        let by = rows.iter().filter_map(|row| {
            Some((row.machine, row.replaced_by.as_ref()?.id.to_string()))
        });
        came.extend(by);
        came.extend(gaps_in(&unknown_now, &[Unknown]));
        let distinct: Pairs = came.iter().cloned().collect();
        prop_assert_eq!(came.len(), distinct.len());
        prop_assert_eq!(distinct, now.difference(&then).cloned().collect::<Pairs>());
    }

    #[test]
    fn unanswered_machines_have_no_resolved_gaps(nights in nights()) {
        let last = nights.0.len() - 1;
        let (_, rows) = nights.changes(Replacing::Recognized);
        for row in rows.iter().filter(|row| matches!(row.change, Change::Resolved | Change::Replaced)) {
            let mut today = nights.0[last].iter();
            let answered = today.any(|(number, missing)| machine(*number) == row.machine && missing.is_some());
            prop_assert!(answered, "{:?}", row);
        }
    }

    #[test]
    fn change_of_source_is_never_news(nights in nights()) {
        use Change::{New, Replaced, Resolved, Returned, Unknown};
        let last = nights.0.len() - 1;
        let (_, rows) = nights.changes(Replacing::Recognized);
        let marks = |night: usize, row: &ChangeRow| {
            let mut machines = nights.0[night].iter();
            let of_it = machines.find(|it| machine(it.0) == row.machine);
            let texts = of_it.and_then(|it| it.1.clone()).unwrap_or_default();
            [INFERRED, INSTALLED].map(|mark| texts.iter().any(|it| it == mark))
        };
        let of_both = [New, Replaced, Resolved, Returned, Unknown];
        for row in rows.iter().filter(|row| of_both.contains(&row.change)) {
            let [was_inferred, _] = marks(last - 1, row);
            let [is_inferred, has_installed] = marks(last, row);
            let is_unknown = was_inferred != is_inferred && !has_installed;
            prop_assert_eq!(row.change == Unknown, is_unknown, "{:?}", row);
        }
    }

    #[test]
    fn rows_are_sorted_and_match_the_counts(nights in nights()) {
        let (changes, rows) = nights.changes(Replacing::Recognized);
        prop_assert!(rows.is_sorted_by_key(|row| (row.machine, row.gap.id.clone())));
        let count = |change| rows.iter().filter(|row| row.change == change).count() as u64;
        for change in Change::ALL.iter().filter(|it| **it != Change::StillMissing) {
            prop_assert_eq!(count(*change), changes.tally[*change]);
        }
        prop_assert_eq!(rows.len() as u64, changes.tally.listed());
        prop_assert_eq!(count(Change::StillMissing), 0);
    }
}
