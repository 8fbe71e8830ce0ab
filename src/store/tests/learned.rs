//! Limits learned from refusals, read back by later processes.

use super::*;
use crate::quota::LEARNED_FOR;

fn limit(text: &str) -> crate::quota::RateLimit {
    text.parse().unwrap()
}

/// The remembered limits of an app registration, as text.
fn remembered(store: &Store, application: &Application) -> Vec<String> {
    let learned = CallLog::of(store, application).limits().unwrap();
    let text = |it: &LearnedLimit| format!("{} {}", it.api.as_str(), it.limit);
    learned.iter().map(text).collect()
}

/// Makes all learned limits older.
fn age(store: &Store, by: SignedDuration) {
    let aged = "UPDATE learned_limit SET learned_at_ms = learned_at_ms - ?1";
    let by = i64::try_from(by.as_millis()).unwrap();
    assert_ne!(store.connection.execute(aged, [by]).unwrap(), 0);
}

fn count(store: &Store) -> i64 {
    let count = "SELECT count(*) FROM learned_limit";
    store
        .connection
        .query_row(count, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn limits_are_remembered_per_application_and_api() {
    let place = TestStore::new();
    let (store, started) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &started);
    let ledger = recorder.ledger(Api::MissingKbs);
    ledger.learned(limit("60/min"));
    ledger.learned(limit("50/min"));
    ledger.learned(limit("1000/h"));
    let store = recorder.finish().unwrap().store;
    let own = application();
    CallLog::of(&store, &own)
        .record_limit(Api::Machines, limit("10/s"))
        .unwrap();
    let expected = ["missing-kbs 1000/h", "missing-kbs 50/min", "machines 10/s"];
    assert_eq!(remembered(&store, &own), expected);
    let other = Application {
        client_id: "other".to_owned(),
        ..application()
    };
    assert_eq!(remembered(&store, &other), [""; 0]);
    CallLog::of(&store, &other)
        .forget_limits(Timestamp::now())
        .unwrap();
    assert_eq!(remembered(&store, &own), expected);
}

#[test]
fn limits_are_forgotten_after_a_week() {
    let place = TestStore::new();
    let store = place.open();
    let learn =
        || CallLog::of(&store, &application()).record_limit(Api::MissingKbs, limit("50/min"));
    learn().unwrap();
    let week = SignedDuration::try_from(LEARNED_FOR).unwrap();
    age(&store, week - SignedDuration::from_mins(1));
    CallLog::of(&store, &application()).prune_limits().unwrap();
    assert_eq!(remembered(&store, &application()).len(), 1);
    age(&store, SignedDuration::from_mins(2));
    assert_eq!(remembered(&store, &application()), [""; 0]);
    assert_eq!(count(&store), 1, "reading deletes nothing");
    CallLog::of(&store, &application()).prune_limits().unwrap();
    assert_eq!(count(&store), 0);
    learn().unwrap();
    assert_eq!(remembered(&store, &application()).len(), 1, "learned again");
}

#[test]
fn limits_of_the_future_are_forgotten_a_week_from_now() {
    let place = TestStore::new();
    let store = place.open();
    let api = Api::MissingKbs;
    CallLog::of(&store, &application())
        .record_limit(api, limit("50/min"))
        .unwrap();
    age(&store, SignedDuration::from_hours(-24 * 365));
    CallLog::of(&store, &application()).prune_limits().unwrap();
    assert_eq!(remembered(&store, &application()).len(), 1);
    age(&store, SignedDuration::try_from(LEARNED_FOR).unwrap());
    assert_eq!(remembered(&store, &application()), [""; 0]);
}

#[test]
fn only_limits_of_earlier_processes_are_forgotten() {
    for (age_ms, is_forgotten) in [(1000, true), (-1000, false), (-3_600_000, true)] {
        let place = TestStore::new();
        let store = place.open();
        let started = Timestamp::now() - SignedDuration::from_secs(10);
        let api = Api::MissingKbs;
        CallLog::of(&store, &application())
            .record_limit(api, limit("50/min"))
            .unwrap();
        let at = millis(started) - age_ms;
        let set = "UPDATE learned_limit SET learned_at_ms = ?1";
        store.connection.execute(set, [at]).unwrap();
        CallLog::of(&store, &application())
            .forget_limits(started)
            .unwrap();
        assert_eq!(count(&store) == 0, is_forgotten, "{age_ms}");
    }
}
