//! Properties that hold for any answers.

use proptest::prelude::*;

use super::*;

/// A gap with one of a few KBs and texts, so that they collide often.
fn any_gap() -> impl Strategy<Value = MissingKb> {
    let texts = || proptest::option::of("[ab]{0,2}".prop_map(Arc::from));
    let products = proptest::collection::btree_set("[xyz]".prop_map(Arc::from), 0..3);
    ("[1-6]", texts(), texts(), products, 0..100_u64).prop_map(
        |(id, name, url, products, cve_addressed)| MissingKb {
            name,
            url,
            products: products.into_iter().collect(),
            machine_missed_on: (cve_addressed % 2 == 0).then_some(cve_addressed),
            ..gap(&id, cve_addressed)
        },
    )
}

/// Outcomes of some of the machines `0..10`, unsorted and with duplicate KBs.
fn any_outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    let reasons = prop_oneof![
        Just(Reason::NotFound),
        Just(Reason::ServerError),
        Just(Reason::Pending)
    ];
    let results = prop_oneof![
        3 => proptest::collection::vec(any_gap(), 0..8).prop_map(Ok),
        1 => reasons.prop_map(Err),
    ];
    proptest::collection::btree_map(0..10_u8, results, 0..10).prop_map(|results| {
        let outcome = |(number, result)| match result {
            Ok(missing) => inferred_if(number % 3 == 1, answer(number, missing)),
            Err(reason) => failure(number, reason),
        };
        results.into_iter().map(outcome).collect()
    })
}

/// The outcome unchanged, or inferred from one of a few machines, depending on its content.
fn inferred_if(is_inferred: bool, mut outcome: Outcome) -> Outcome {
    if let (true, Ok(answer)) = (is_inferred, &mut outcome.result) {
        let from = u8::try_from(100 - answer.missing.len()).unwrap();
        *answer = Answer::inferred(machine(from), answer.as_of, answer.missing.clone());
    }
    outcome
}

proptest! {
    #[test]
    fn figures_do_not_depend_on_the_order_of_outcomes(
        (sorted, shuffled) in any_outcomes()
            .prop_flat_map(|outcomes| (Just(outcomes.clone()), Just(outcomes).prop_shuffle())),
    ) {
        for rank_by in [RankBy::Cve, RankBy::Exposure, RankBy::Machines] {
            prop_assert_eq!(
                without_answer_refs(aggregate(&inventory(10), sorted.clone(), rank_by)),
                without_answer_refs(aggregate(&inventory(10), shuffled.clone(), rank_by)),
            );
        }
    }

    #[test]
    fn sums_agree(outcomes in any_outcomes()) {
        let fleet = aggregate(&inventory(10), outcomes, RankBy::Cve);
        let answered: Vec<_> = fleet.machines.iter().flat_map(|row| &row.result).collect();
        prop_assert_eq!(fleet.gaps, answered.iter().map(|it| u64::from(it.missing)).sum::<u64>());
        prop_assert_eq!(fleet.exposure, answered.iter().map(|it| it.cve_addressed).sum::<u64>());
        prop_assert_eq!(fleet.exposure, fleet.kbs.iter().map(|kb| kb.exposure).sum::<u64>());
        prop_assert_eq!(fleet.coverage.machines(), 10);
        let Coverage { answered, with_gaps, clean, .. } = fleet.coverage;
        prop_assert_eq!(answered, with_gaps + clean);
        let SourceCounts { calls, kept, inferred, export, hunting } = fleet.sources;
        prop_assert_eq!(answered, calls + kept + inferred + export + hunting);
    }

    #[test]
    fn origins_are_those_of_the_answers(outcomes in any_outcomes().prop_shuffle()) {
        let fleet = aggregate(&inventory(10), outcomes.clone(), RankBy::Cve);
        for outcome in &outcomes {
            let Ok(answer) = &outcome.result else { continue };
            let row = fleet.machines.iter().find(|it| it.id == outcome.machine).unwrap();
            let answered = row.result.as_ref().unwrap();
            prop_assert_eq!(fleet.origin_of(answered), answer.inferred_from);
            prop_assert_eq!(answered.provenance(), answer.provenance());
        }
    }

    #[test]
    fn duplicate_kb_counts_once(outcomes in any_outcomes()) {
        let mut twice = outcomes.clone();
        for answer in twice.iter_mut().flat_map(|outcome| &mut outcome.result) {
            let missing = &answer.missing;
            answer.missing = missing.iter().chain(missing.iter()).cloned().collect();
        }
        prop_assert_eq!(
            aggregate(&inventory(10), outcomes, RankBy::Cve),
            aggregate(&inventory(10), twice, RankBy::Cve),
        );
    }

    #[test]
    fn all_actions_together_remove_the_whole_exposure(outcomes in any_outcomes()) {
        let told = InMemory(outcomes);
        let fleet = told.aggregate(&inventory(10), RankBy::Cve);
        let actions = fleet.top_actions(usize::MAX);
        for pair in actions.windows(2) {
            let [before, after] = [pair[0].so_far, pair[1].so_far];
            prop_assert!(before.exposure < after.exposure);
            prop_assert!(before.machines <= after.machines);
        }
        if let Some(last) = actions.last() {
            prop_assert_eq!(last.so_far.exposure, fleet.exposure);
            prop_assert!(last.so_far.machines <= fleet.coverage.with_gaps);
        }
    }
}
