//! What selective runs store, for themselves and for later runs.

use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::domain::{
    accuracy::Accuracy,
    answer::Source,
    call_selection::{AnnouncedChanges, CallSelection},
    census::{Census, CensusRow},
    cross_check::CrossCheck,
};

fn listed(kbs: &[(&str, &[&str])]) -> BTreeMap<String, BTreeMap<KbId, u64>> {
    let ids = |ids: &[&str]| ids.iter().map(|id| (KbId::new(id), 1)).collect();
    let products = kbs
        .iter()
        .map(|(product, kbs)| ((*product).to_owned(), ids(kbs)));
    products.collect()
}

#[test]
fn kbs_keep_the_time_at_which_they_were_first_listed_until_they_are_gone() {
    let place = TestStore::new();
    let (mut store, started) = place.begin(1, Reuse::Nothing, now());
    let service = started.record.service_number;
    let mut newest = |kbs: &[(&str, &[&str])], at| {
        store.record_census_kbs(service, &listed(kbs), at).unwrap();
        store.newest_census_kbs(service).unwrap()
    };
    let times = |edge, office| HashMap::from([("edge".into(), edge), ("office".into(), office)]);
    let first = newest(&[("edge", &["1", "2"]), ("office", &["3"])], hours(0));
    assert_eq!(first, times(hours(0), hours(0)));
    let same = newest(&[("edge", &["1", "2"]), ("office", &["3"])], hours(24));
    assert_eq!(same, first);
    // A product that was not counted keeps its KBs.
    let more = newest(&[("edge", &["1", "2", "4"])], hours(48));
    assert_eq!(more, times(hours(48), hours(0)));
    let gone = newest(&[("edge", &["1"]), ("office", &["3"])], hours(72));
    assert_eq!(gone, times(hours(0), hours(0)));
    let back = newest(&[("edge", &["1", "2"]), ("office", &["3"])], hours(96));
    assert_eq!(back, times(hours(96), hours(0)));
    let other = service + 1;
    assert!(store.newest_census_kbs(other).unwrap().is_empty());
    let products = store.census_products(service).unwrap();
    assert_eq!(products.into_iter().collect::<Vec<_>>(), ["edge", "office"]);
}

#[test]
fn selection_is_kept_with_its_run() {
    let place = TestStore::new();
    let (store, started) = place.begin(1, Reuse::Nothing, now());
    let run = started.record.run;
    assert_eq!(store.selection(run).unwrap(), None);
    let selection = CallSelection {
        source: "changes,cohorts".to_owned(),
        cohorts: Some(340),
        rechecked: Accuracy {
            machines: 230,
            differed: 2,
        },
        named: Some(812),
        announced: AnnouncedChanges {
            changed: 95,
            named: 90,
            by_software: 93,
        },
        everyone_because: None,
    };
    for selection in [
        selection.clone(),
        CallSelection {
            cohorts: None,
            everyone_because: Some("there is no census".to_owned()),
            ..selection
        },
    ] {
        store.set_selection(run, Some(&selection)).unwrap();
        assert_eq!(store.selection(run).unwrap(), Some(selection));
    }
    store.set_selection(run, None).unwrap();
    assert_eq!(store.selection(run).unwrap(), None);
}

#[test]
fn last_cross_check_is_that_of_an_earlier_run_with_the_same_source() {
    let place = TestStore::new();
    let checked = |source, is_there: bool, at| {
        let (store, started) = place.begin(2, Reuse::Nothing, at);
        let run = started.record.run;
        let check = CrossCheck {
            missing_because: (!is_there).then(|| "no role".to_owned()),
            ..CrossCheck::missing(source, "")
        };
        store.set_cross_check(run, Some(&check)).unwrap();
        let [export, hunting] = [Source::Export, Source::Hunting]
            .map(|source| store.last_cross_check(run, source).unwrap());
        (run, export, hunting)
    };
    let (first, ..) = checked(Source::Export, true, hours(0));
    assert_eq!(checked(Source::Export, false, hours(24)).1, Some(first));
    let (third, export, hunting) = checked(Source::Hunting, true, hours(48));
    assert_eq!((export, hunting), (Some(first), None));
    let (_, export, hunting) = checked(Source::Export, true, hours(72));
    assert_eq!((export, hunting), (Some(first), Some(third)));
}

#[test]
fn last_census_is_that_of_a_run_about_the_same_machines() {
    let place = TestStore::new();
    let counted = |machines, at, service| {
        let (store, started) = place.begin(machines, Reuse::Nothing, at);
        let row = CensusRow {
            product: "edge".to_owned(),
            kb: KbId::new("1"),
            ours: machines.into(),
            service,
            not_answered: 0,
        };
        let census = Census {
            rows: vec![row],
            ..Census::default()
        };
        store.set_census(started.record.run, Some(&census)).unwrap();
        (store, started.record.run, census)
    };
    let (store, first, whole) = counted(9, hours(0), 10);
    assert_eq!(store.last_census(first).unwrap(), None);
    drop(store);
    let (store, _, _) = counted(2, hours(24), 10);
    drop(store);
    let (store, third, _) = counted(8, hours(48), 11);
    assert_eq!(store.last_census(third).unwrap(), Some(whole));
}

#[test]
fn kept_answers_are_those_of_earlier_runs() {
    let place = TestStore::new();
    let first = vec![answered(1, hours(0), vec![kb("1", 3)])];
    place.play(Reuse::Nothing, first, Some(EndingWord::Finished));
    let (mut store, started) = place.begin(4, Reuse::Nothing, hours(24));
    store
        .keep_answers(&started.record, [machine(1), machine(2)])
        .unwrap();
    let mut kept = Vec::new();
    store
        .for_each_outcome(started.record.run, &mut |outcome, _| kept.push(outcome))
        .unwrap();
    assert_eq!(kept.len(), 1, "a machine without any answer stays pending");
    let answer = kept[0].result.as_ref().unwrap();
    assert!(answer.kept && answer.as_of == hours(0));
}

#[test]
fn resumed_run_decides_again_what_is_inferred() {
    let place = TestStore::new();
    let called = answered(1, hours(0), vec![kb("1", 3)]);
    let missing = called.result.clone().unwrap().missing;
    let inferred = Outcome {
        machine: machine(2),
        attempts: 0,
        times_unknown: 0,
        result: Ok(Answer::inferred(machine(1), hours(0), missing)),
    };
    place.play(EARLY, vec![called, inferred], None);
    let (_, started) = place.begin(4, EARLY, hours(1));
    assert_eq!(known(&started), [(machine(1), true)]);
}

/// They belong to the session before: this one may request other machines from another source.
#[test]
fn resumed_run_begins_without_what_was_compared() {
    let place = TestStore::new();
    let (store, started) = place.begin(2, EARLY, now());
    let run = started.record.run;
    let check = CrossCheck::missing(Source::Export, "no role");
    store.set_cross_check(run, Some(&check)).unwrap();
    store.set_census(run, Some(&Census::default())).unwrap();
    let selection = CallSelection::default();
    store.set_selection(run, Some(&selection)).unwrap();
    drop(store);
    let (store, resumed) = place.begin(2, EARLY, hours(1));
    assert_eq!(resumed.record.run, run);
    assert_eq!(store.cross_check(run).unwrap(), None);
    assert_eq!(store.census(run).unwrap(), None);
    assert_eq!(store.selection(run).unwrap(), None);
}
