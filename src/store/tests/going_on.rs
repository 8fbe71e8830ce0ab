//! Runs that are started, resumed, or given existing answers.

use super::*;

#[test]
fn run_that_ended_early_is_resumed() {
    use EndingWord::{Finished, Interrupted, OutOfTime, Refused};
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
        let place = TestStore::new();
        let outcomes = vec![
            answered(1, self::now(), vec![]),
            failed(2, Reason::Pending),
            failed(3, Reason::NotFound),
        ];
        let run = place.play(Reuse::Nothing, outcomes, ended);
        let (_, started) = place.begin(4, reuse, now);
        assert_eq!(
            started.record.run == run,
            goes_on,
            "{ended:?} {reuse:?} {now}"
        );
        let expected = [(machine(1), true), (machine(3), false)];
        let expected = if goes_on { &expected[..] } else { &[] };
        assert_eq!(known(&started), expected);
        assert_eq!(started.record.session, if goes_on { 2 } else { 1 });
    }
}

#[tokio::test]
async fn run_of_another_process_is_not_resumed() {
    let place = TestStore::new();
    let run = place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    let begin = || {
        let params = RunParams {
            service: &service(),
            application: &other,
            inventory: &inventory(4),
            reuse: EARLY,
            waited_for: None,
            now: now(),
        };
        place.open().begin(&params).unwrap().record.run
    };
    let lock = Lock::acquire(&place.path(), &application(), || ()).await;
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
fn run_of_another_fleet_is_not_resumed() {
    let place = TestStore::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let (_, started) = place.begin(3, EARLY, now());
    assert_eq!(known(&started), []);
}

#[test]
fn answers_are_reused_up_to_max_age() {
    let place = TestStore::new();
    let outcomes = vec![
        answered(1, hours(-1), vec![kb("1", 3)]),
        answered(2, hours(-5), vec![]),
    ];
    place.play(EARLY, outcomes, Some(EndingWord::Finished));
    let (store, started) = place.begin(4, Reuse::Answers(Duration::from_hours(3)), now());
    assert_eq!(known(&started), [(machine(1), true)]);
    assert!(
        super::outcomes(&store, started.record.run)[0]
            .result
            .as_ref()
            .unwrap()
            .reused
    );
    let ages = started.machines.iter().map(|it| it.last_answered);
    let ages: Vec<_> = ages.collect();
    assert_eq!(ages, [Some(hours(-1)), Some(hours(-5)), None, None]);
}

/// A run of this many machines that waited for another process.
fn after_waiting(
    place: &TestStore,
    machines: u8,
    reuse: Reuse,
    waited_for: WaitedFor,
) -> StartedRun {
    let started = place.open().begin(&RunParams {
        service: &service(),
        application: &application(),
        inventory: &inventory(machines),
        reuse,
        waited_for: Some(waited_for),
        now: hours(2),
    });
    started.unwrap()
}

#[test]
fn run_waited_for_is_reused_entirely() {
    let hour = Reuse::Answers(Duration::from_hours(1));
    let all = &[(1, true), (2, true), (3, false)][..];
    let since = |since, at_work| WaitedFor {
        since: hours(since),
        run: at_work,
    };
    for (what, machines, reuse, waited_for, expected) in [
        ("started meanwhile", 4, EARLY, since(-1, None), all),
        ("while it reported", 4, EARLY, since(0, None), all),
        ("silent since", 4, EARLY, since(1, Some(RunId(1))), all),
        ("another's", 4, EARLY, since(1, None), &[]),
        ("another list", 2, EARLY, since(-1, None), &all[..2]),
        ("fresh", 4, Reuse::Nothing, since(-1, None), &[]),
        ("an hour at the start", 4, hour, since(0, None), &all[1..]),
        ("an hour before", 4, hour, since(-20, None), all),
    ] {
        let place = TestStore::new();
        let outcomes = vec![
            answered(1, hours(-20), vec![]),
            answered(2, hours(0), vec![]),
            failed(3, Reason::NotFound),
            failed(4, Reason::Timeout),
        ];
        place.play(Reuse::Nothing, outcomes, Some(EndingWord::Finished));
        let started = after_waiting(&place, machines, reuse, waited_for);
        let expected: Vec<_> = expected.iter().map(|it| (machine(it.0), it.1)).collect();
        assert_eq!(known(&started), expected, "{what}");
        assert_eq!(started.record.run, RunId(2), "{what}");
    }
}

#[test]
fn old_answers_reused_by_the_other_run_are_not_reused() {
    let place = TestStore::new();
    let outcomes = vec![
        answered(1, hours(-30), vec![]),
        answered(2, hours(-3), vec![]),
    ];
    place.play(Reuse::Nothing, outcomes, Some(EndingWord::Finished));
    let week = Reuse::Answers(Duration::from_hours(7 * 24));
    let runs = place.play(week, vec![], Some(EndingWord::Finished));
    change(&place, "UPDATE run SET active_at_ms = 0 WHERE id = 1");
    let waited_for = WaitedFor {
        since: hours(-1),
        run: None,
    };
    let started = after_waiting(&place, 4, EARLY, waited_for);
    assert_eq!(known(&started), [(machine(2), true)]);
    assert!(started.record.run > runs);
}

fn change(place: &TestStore, sql: &str) {
    place.open().connection.execute_batch(sql).unwrap();
}

#[test]
fn unrequested_machine_keeps_its_last_answer() {
    let place = TestStore::new();
    let outcomes = vec![answered(1, hours(-1), vec![kb("1", 3)])];
    place.play(EARLY, outcomes, Some(EndingWord::Finished));
    let (mut store, started) = place.begin(4, EARLY, now());
    assert_eq!(known(&started), []);
    store.keep_last(started.record.run).unwrap();
    let outcomes = super::outcomes(&store, started.record.run);
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].result.as_ref().unwrap().reused);
    // It still has to be requested.
    let (_, again) = place.begin(4, EARLY, now());
    assert_eq!(
        (again.record.run, known(&again)),
        (started.record.run, vec![])
    );
}

#[test]
fn machine_unknown_long_ago_is_requested_again() {
    for (now, known_then) in [(hours(11), 1), (hours(13), 0)] {
        let place = TestStore::new();
        place.play(
            EARLY,
            vec![failed(3, Reason::NotFound)],
            Some(EndingWord::Interrupted),
        );
        let week = Reuse::Answers(Duration::from_hours(7 * 24));
        let (_, started) = place.begin(4, week, now);
        assert_eq!(known(&started).len(), known_then, "{now}");
    }
}

#[test]
fn answers_of_earlier_sessions_count_as_reused() {
    let place = TestStore::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let (store, started) = place.begin(4, EARLY, now());
    assert_eq!(store.tally(started.record.run).unwrap().reused, 1);
}

#[test]
fn machines_failed_since_their_last_answer_are_known() {
    let place = TestStore::new();
    let finished = Some(EndingWord::Finished);
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
    let (_, started) = place.begin(6, Reuse::Nothing, now());
    let has_failed = |it: &MachineAtStart| (it.machine, it.failed_at.is_some());
    let expected = [1, 2, 3, 4, 5, 6].map(|number| (machine(number), number <= 3));
    assert!(started.machines.iter().map(has_failed).eq(expected));
}
