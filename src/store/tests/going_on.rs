//! Runs that are begun, gone on with, or given what is there already.

use super::*;

#[test]
fn a_run_that_ended_early_is_gone_on_with() {
    use Ended::{Finished, Interrupted, OutOfTime, Refused};
    for (ended, reuse, now, goes_on) in [
        (None, EARLY, hours(11), true),
        (None, EARLY, hours(13), false),
        (None, EARLY, hours(-11), true),
        (None, EARLY, hours(-13), false),
        (Some(Interrupted), EARLY, hours(1), true),
        (Some(OutOfTime), EARLY, hours(1), true),
        (Some(Refused), EARLY, hours(1), true),
        (Some(Finished), EARLY, hours(1), false),
        (None, Reuse::Nothing, hours(1), false),
    ] {
        let place = Place::new();
        let outcomes = vec![
            answered(1, self::now(), vec![]),
            failed(2, Reason::Pending),
            failed(3, Reason::NotFound),
        ];
        let run = place.play(Reuse::Nothing, outcomes, ended);
        let (_, begun) = place.begin(4, reuse, now);
        assert_eq!(begun.run == run, goes_on, "{ended:?} {reuse:?} {now}");
        let expected = [(machine(1), true), (machine(3), false)];
        let expected = if goes_on { &expected[..] } else { &[] };
        assert_eq!(known(&begun), expected);
        assert_eq!(begun.session, if goes_on { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_run_that_another_process_works_on_is_left_to_it() {
    let place = Place::new();
    let run = place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    let begin = || {
        let beginning = Beginning {
            service: &service(),
            application: &other,
            inventory: &inventory(4),
            reuse: EARLY,
            since: None,
            now: now(),
        };
        place.open().begin(&beginning).unwrap().run
    };
    let lock = Lock::take(&place.path(), &application(), || ()).await;
    assert_ne!(begin(), run);
    drop(lock);
    let store = place.open();
    store
        .connection
        .execute("DELETE FROM run WHERE id <> ?1", [run.0])
        .unwrap();
    assert_eq!(begin(), run);
}

#[test]
fn another_fleet_is_another_run() {
    let place = Place::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let (_, begun) = place.begin(3, EARLY, now());
    assert_eq!(known(&begun), []);
}

#[test]
fn answers_are_reused_up_to_their_age() {
    let place = Place::new();
    let outcomes = vec![
        answered(1, hours(-1), vec![kb("1", 3)]),
        answered(2, hours(-5), vec![]),
    ];
    place.play(EARLY, outcomes, Some(Ended::Finished));
    let (store, begun) = place.begin(4, Reuse::Answers(Duration::from_hours(3)), now());
    assert_eq!(known(&begun), [(machine(1), true)]);
    assert!(
        super::outcomes(&store, begun.run)[0]
            .result
            .as_ref()
            .unwrap()
            .reused
    );
    let ages = begun.machines.iter().map(|it| it.last_answered);
    let ages: Vec<_> = ages.collect();
    assert_eq!(ages, [Some(hours(-1)), Some(hours(-5)), None, None]);
}

#[test]
fn what_came_while_it_waited_is_not_asked_again() {
    let place = Place::new();
    let outcomes = vec![
        answered(1, hours(-1), vec![]),
        answered(2, hours(1), vec![]),
    ];
    place.play(EARLY, outcomes, Some(Ended::Finished));
    let begun = place.open().begin(&Beginning {
        service: &service(),
        application: &application(),
        inventory: &inventory(4),
        reuse: EARLY,
        since: Some(now()),
        now: hours(2),
    });
    assert_eq!(known(&begun.unwrap()), [(machine(2), true)]);
}

#[test]
fn a_machine_that_was_not_asked_keeps_its_last_answer() {
    let place = Place::new();
    let outcomes = vec![answered(1, hours(-1), vec![kb("1", 3)])];
    place.play(EARLY, outcomes, Some(Ended::Finished));
    let (mut store, begun) = place.begin(4, EARLY, now());
    assert_eq!(known(&begun), []);
    store.keep_last(begun.run).unwrap();
    let outcomes = super::outcomes(&store, begun.run);
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].result.as_ref().unwrap().reused);
    // It is still to be asked.
    let (_, again) = place.begin(4, EARLY, now());
    assert_eq!((again.run, known(&again)), (begun.run, vec![]));
}

#[test]
fn a_machine_that_was_not_known_long_ago_is_asked_for_again() {
    for (now, known_then) in [(hours(11), 1), (hours(13), 0)] {
        let place = Place::new();
        place.play(
            EARLY,
            vec![failed(3, Reason::NotFound)],
            Some(Ended::Interrupted),
        );
        let week = Reuse::Answers(Duration::from_hours(7 * 24));
        let (_, begun) = place.begin(4, week, now);
        assert_eq!(known(&begun).len(), known_then, "{now}");
    }
}

#[test]
fn answers_of_earlier_sessions_count_as_reused() {
    let place = Place::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let (store, begun) = place.begin(4, EARLY, now());
    assert_eq!(store.tally(begun.run).unwrap().reused, 1);
}

#[test]
fn who_failed_in_an_earlier_run_and_was_not_answered_since_is_known() {
    let place = Place::new();
    let finished = Some(Ended::Finished);
    let first = vec![
        answered(1, hours(-20), vec![]),
        failed(2, Reason::Refused),
        failed(3, Reason::NotFound),
        failed(4, Reason::Pending),
        failed(5, Reason::BadReply),
    ];
    place.play(Reuse::Nothing, first, finished);
    let second = vec![failed(1, Reason::Timeout), answered(5, hours(-1), vec![])];
    place.play(Reuse::Nothing, second, finished);
    let (_, begun) = place.begin(6, Reuse::Nothing, now());
    let has_failed = |it: &Standing| (it.machine, it.failed_at.is_some());
    let expected = [1, 2, 3, 4, 5, 6].map(|number| (machine(number), number <= 3));
    assert!(begun.machines.iter().map(has_failed).eq(expected));
}
