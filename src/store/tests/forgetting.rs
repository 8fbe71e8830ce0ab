//! Pruning of old runs.

use super::*;

#[test]
fn pruning_removes_old_runs_and_their_data() {
    let place = TestStore::new();
    for number in 1..=3 {
        let id = number.to_string();
        let outcomes = vec![answered(number, now(), vec![kb(&id, 3)])];
        place.play(Reuse::Nothing, outcomes, Some(EndingWord::Finished));
    }
    let mut store = place.open();
    let last = store.runs().unwrap()[0].run;
    store
        .prune(&[Retention { run: last, keep: 1 }], now())
        .unwrap();
    let count = |table: &str| -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        let count = store.connection.query_row(&count, [], |row| row.get(0));
        count.unwrap()
    };
    assert_eq!(store.runs().unwrap().len(), 1);
    // The last answer of every machine on the list is kept.
    let counts = ["run_machine", "answer", "machine", "inventory"].map(count);
    assert_eq!(counts, [1, 3, 4, 1]);
}

#[test]
fn kept_answer_outlives_its_first_run() {
    let place = TestStore::new();
    let description = || vec![kb("1", 3)];
    let finished = Some(EndingWord::Finished);
    // A run with another fleet begins first, and sees the KB last.
    let (_, early) = place.begin(2, EARLY, now());
    let kept = place.play(EARLY, vec![answered(4, now(), description())], finished);
    let (store, again) = place.begin(2, EARLY, now());
    assert_eq!(again.record.run, early.record.run);
    let recorder = recorder(store, &again);
    recorder.record(answered(1, now(), description()), Requests::default());
    let mut store = recorder.finish().unwrap().store;
    store
        .finish(&ended_run(&again, EndingWord::Finished))
        .unwrap();

    let runs = (1..=3).map(|number| answered(number, now(), vec![]));
    let last = place.play(EARLY, runs.collect(), finished);
    let long_ago = "UPDATE run SET active_at_ms = 0 WHERE id = ?1";
    store
        .connection
        .execute(long_ago, [early.record.run.0])
        .unwrap();
    store
        .prune(&[Retention { run: last, keep: 2 }], now())
        .unwrap();
    assert_eq!(store.runs().unwrap().len(), 2);
    let outcome = &outcomes(&store, kept)[0];
    let missing = outcome.result.as_ref().unwrap().missing.iter();
    let missing: Vec<MissingKb> = missing.map(|kb| MissingKb::clone(kb)).collect();
    assert_eq!(missing, description());
}

#[test]
fn pruning_keeps_the_current_run() {
    let place = TestStore::new();
    let finished = Some(EndingWord::Finished);
    let first = place.play(Reuse::Nothing, vec![answered(1, now(), vec![])], finished);
    place.play(Reuse::Nothing, vec![], finished);
    let mut store = place.open();
    // The run that began first is the last to end.
    store
        .prune(
            &[Retention {
                run: first,
                keep: 1,
            }],
            now(),
        )
        .unwrap();
    let left: Vec<RunId> = store.runs().unwrap().iter().map(|run| run.run).collect();
    assert_eq!(left, [first]);
    assert_eq!(outcomes(&store, first).len(), 1);
}

#[test]
fn pruning_keeps_an_active_run() {
    for (now, left) in [(hours(1), 2), (hours(13), 1)] {
        let place = TestStore::new();
        // Its process is still active, with another app registration.
        place.play(EARLY, vec![answered(1, self::now(), vec![])], None);
        let last = place.play(Reuse::Nothing, vec![], Some(EndingWord::Finished));
        let mut store = place.open();
        store
            .prune(&[Retention { run: last, keep: 1 }], now)
            .unwrap();
        assert_eq!(store.runs().unwrap().len(), left, "{now}");
    }
}
