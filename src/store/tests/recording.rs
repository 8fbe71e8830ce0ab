//! Outcomes and calls recorded during a run, and read back.

use super::*;
use crate::quota::EarlierUsage;

#[test]
fn recorded_outcomes_are_read_back() {
    let place = TestStore::new();
    let outcomes = vec![
        answered(1, now(), vec![kb("1", 3), kb("2", u64::MAX)]),
        answered(2, now(), vec![]),
        failed(3, Reason::ServerError),
        failed(4, Reason::NotInExport),
        failed(5, Reason::NotFound),
    ];
    let run = place.play_list(&inventory(6), Reuse::Nothing, outcomes.clone(), None);
    let store = place.open();
    assert_eq!(super::outcomes(&store, run), outcomes);
    assert_eq!(store.inventory(run).unwrap(), inventory(6));
    let expected = OutcomeCounts {
        answered: 2,
        not_found: 2,
        failed: 1,
        pending: 1,
        ..OutcomeCounts::default()
    };
    assert_eq!(store.tally(run).unwrap(), expected);
}

#[tokio::test]
async fn cancelled_recorder_does_not_wait_for_a_locked_store() {
    let place = TestStore::new();
    let (store, started) = place.begin(4, EARLY, now());
    let stop_waiting = CancellationToken::new();
    let recorder = Recorder::start(store, &started, &application(), stop_waiting.clone()).unwrap();
    let other = place.open().connection;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    recorder.record(answered(1, now(), vec![]), Requests::default());
    stop_waiting.cancel();
    recorder.broken().cancelled().await;
    let left = recorder.finish().unwrap();
    assert_eq!(left.unsaved, [answered(1, now(), vec![])]);
}

/// What earlier processes have used of the quota of an API.
fn usage(store: &Store, caller: &Application, api: Api) -> EarlierUsage {
    let usage = CallLog::of(store, caller).earlier_usage(|_| Some(COUNTING));
    let found = usage.unwrap().into_iter().find(|it| it.0 == api);
    found.map(|it| it.1).unwrap_or_default()
}

#[tokio::test]
async fn calls_are_remembered() {
    let place = TestStore::new();
    let (store, started) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &started);
    let ledger = recorder.ledger(Api::MissingKbs);
    let call = ledger.sending().await.unwrap();
    ledger.answered(call);
    ledger.sending().await.unwrap();
    drop(recorder);

    let calls = |application: &Application| {
        let store = place.open();
        let ages = usage(&store, application, Api::MissingKbs).calls;
        assert!(ages.iter().all(|age| *age < Duration::from_mins(1)));
        ages.len()
    };
    assert_eq!(calls(&application()), 2);
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    assert_eq!(calls(&other), 0);
}

#[test]
fn usual_latency_is_the_median_of_recent_calls() {
    let place = TestStore::new();
    let usual = || usage(&place.open(), &application(), Api::MissingKbs).latency;
    let begin = millis(Timestamp::now()) - 1_000_000;
    assert_eq!(usual(), None);
    let store = place.open();
    // The older calls took a minute; the recent ones are spread evenly.
    for (sent, took) in (0..300).zip(
        [60_000; 199]
            .into_iter()
            .chain((400..501).map(|it| it * 10)),
    ) {
        let call = CallLog::of(&store, &application())
            .record_call(Api::MissingKbs)
            .unwrap();
        let set = "UPDATE call SET sent_at_ms = ?2, answered_at_ms = ?2 + ?3 WHERE id = ?1";
        let set = store.connection.execute(set, [call.0, begin + sent, took]);
        set.unwrap();
    }
    CallLog::of(&store, &application())
        .record_call(Api::MissingKbs)
        .unwrap();
    assert_eq!(usual(), Some(Duration::from_millis(4510)));
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    assert_eq!(usage(&store, &other, Api::MissingKbs).latency, None);
}

/// Each API has a quota of its own.
#[test]
fn calls_and_pauses_are_remembered_per_api() {
    let place = TestStore::new();
    let (store, api) = (place.open(), Api::MissingKbs);
    let call = CallLog::of(&store, &application())
        .record_call(api)
        .unwrap();
    let sent = "UPDATE call SET sent_at_ms = sent_at_ms - 1000";
    store.connection.execute(sent, []).unwrap();
    CallLog::of(&store, &application())
        .record_answer(call)
        .unwrap();
    let minute = Duration::from_mins(1);
    CallLog::of(&store, &application())
        .record_pause(api, minute)
        .unwrap();
    let is_known = || {
        let usage = usage(&store, &application(), api);
        [
            !usage.calls.is_empty(),
            usage.latency.is_some(),
            !usage.pause.is_zero(),
        ]
    };
    assert_eq!(is_known(), [true; 3]);
    store
        .connection
        .execute_batch("UPDATE call SET api = 'other'; UPDATE pause SET api = 'other'")
        .unwrap();
    assert_eq!(is_known(), [false; 3]);
}

#[test]
fn calls_are_forgotten_when_no_window_counts_them() {
    let place = TestStore::new();
    let (mut store, api) = (place.open(), Api::MissingKbs);
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    for caller in [&application(), &other] {
        CallLog::of(&store, caller).record_call(api).unwrap();
    }
    let age = |store: &Store, hours: i64| {
        let age = "UPDATE call SET sent_at_ms = sent_at_ms - ?1 * 3600000";
        store.connection.execute(age, [hours]).unwrap();
    };
    let left = |store: &Store| -> i64 {
        let count = "SELECT count(*) FROM call";
        store
            .connection
            .query_row(count, [], |row| row.get(0))
            .unwrap()
    };
    for (hours, expected) in [(71, 2), (2, 1)] {
        age(&store, hours);
        let usage = CallLog::of(&store, &application())
            .earlier_usage(|_| None)
            .unwrap();
        assert_eq!(usage.len(), Api::ALL.len());
        assert_eq!(
            left(&store),
            expected,
            "only those of this app registration"
        );
    }
    let keep = |keep| Retention {
        run: RunId(1),
        keep,
    };
    age(&store, 24 * 400);
    store.prune(&[keep(u32::MAX)], Timestamp::now()).unwrap();
    assert_eq!(left(&store), 1, "nothing is to be deleted");
    store.prune(&[keep(1)], Timestamp::now()).unwrap();
    assert_eq!(left(&store), 0, "nobody sends with the other one any more");
}

#[test]
fn pause_ordered_by_the_service_is_remembered() {
    let place = TestStore::new();
    let left = || usage(&place.open(), &application(), Api::MissingKbs).pause;
    assert_eq!(left(), Duration::ZERO);
    let (store, started) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &started);
    let minute = Duration::from_mins(1);
    recorder.ledger(Api::MissingKbs).paused(minute);
    let store = recorder.finish().unwrap().store;
    assert!((minute / 2..=minute).contains(&left()), "{:?}", left());
    for (set, expected) in [(-1, Duration::ZERO), (1, minute)] {
        let at = millis(Timestamp::now() + SignedDuration::from_hours(set));
        let set = "UPDATE pause SET paused_at_ms = ?1";
        store.connection.execute(set, [at]).unwrap();
        assert_eq!(left(), expected, "{set}");
    }
}

#[tokio::test]
async fn cancelled_call_is_not_recorded() {
    let place = TestStore::new();
    let (store, started) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &started);
    let ledger = recorder.ledger(Api::MissingKbs);
    // While the writer waits, a call is about to be recorded, and is cancelled.
    let other = place.open().connection;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(futures::poll!(ledger.sending()).is_pending());
    other.execute_batch("COMMIT").unwrap();
    ledger.sending().await.unwrap();
    ledger.sending().await.unwrap();
    let store = recorder.finish().unwrap().store;
    let calls = usage(&store, &application(), Api::MissingKbs).calls;
    assert_eq!(calls.len(), 2);
}

#[tokio::test]
async fn full_disk_loses_no_outcome_and_stops_calls() {
    let place = TestStore::new();
    let (store, started) = place.begin(4, EARLY, now());
    store
        .connection
        .pragma_update(None, "max_page_count", 1)
        .unwrap();
    let recorder = recorder(store, &started);
    let many = (0..5000).map(|number| kb(&number.to_string(), number));
    let outcome = answered(1, now(), many.collect());
    recorder.record(outcome.clone(), Requests::default());
    recorder.broken().cancelled().await;
    assert!(recorder.ledger(Api::MissingKbs).sending().await.is_err());
    recorder.record(failed(2, Reason::Timeout), Requests::default());
    let left = recorder.finish().unwrap();
    assert_eq!(left.unsaved, [outcome, failed(2, Reason::Timeout)]);
    let error = crate::domain::text::chain(&left.failure.unwrap());
    assert!(error.contains("the disk is full"), "{error}");
}

/// A list of machines with these numbers, and cells that JSON has to escape.
fn list(numbers: &[u8]) -> Inventory {
    let rows = numbers
        .iter()
        .map(|&number| format!("{},\"{number} \"\"a\"\"\\\",Zürich\n", machine(number)));
    let csv = format!("id,name,site\n{}", rows.collect::<String>());
    read_from(csv.as_bytes(), "machines.csv", None).unwrap()
}

fn begin_with(store: &mut Store, inventory: &Inventory) -> RunId {
    let started = store.begin(&RunParams {
        service: &service(),
        application: &application(),
        inventory,
        reuse: Reuse::Nothing,
        waited_for: None,
        now: now(),
    });
    started.unwrap().record.run
}

#[test]
fn known_and_new_machines_are_read_back_in_order() {
    let place = TestStore::new();
    let mut store = place.open();
    let lists = [&[5, 2, 9][..], &[9, 1, 5, 7], &[3]].map(list);
    let runs = lists.each_ref().map(|list| begin_with(&mut store, list));
    for (list, run) in lists.iter().zip(runs) {
        assert_eq!(store.inventory(run).unwrap(), *list);
    }
    let machines = "SELECT count(*) FROM machine";
    let machines = store.connection.query_row(machines, [], |row| row.get(0));
    assert_eq!(machines, Ok(6));
}

#[test]
fn altered_list_is_refused() {
    let place = TestStore::new();
    let mut store = place.open();
    let run = begin_with(&mut store, &list(&[5, 2]));
    for altered in ["cells = '[\"a\",\"b\"]'", "line = 7", "machine = 1"] {
        let alter = format!("UPDATE inventory_machine SET {altered} WHERE position = 1");
        store.connection.execute_batch("SAVEPOINT whole").unwrap();
        store.connection.execute(&alter, []).unwrap();
        let error = crate::domain::text::chain(&store.inventory(run).unwrap_err());
        assert!(
            error.contains("does not match its checksum"),
            "{altered}: {error}"
        );
        store.connection.execute_batch("ROLLBACK TO whole").unwrap();
    }
}

/// While it grows, a list takes twice its memory for a moment, and there may be a million machines.
#[test]
fn list_of_an_earlier_run_is_not_grown() {
    let place = TestStore::new();
    let (store, started) = place.begin(5, EARLY, now());
    let snapshot = Snapshot::of(store, 1).unwrap();
    let machines = snapshot.base_machines(started.record.run).unwrap();
    assert_eq!((machines.len(), machines.capacity()), (5, 5));
}
