use std::{fs, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    fetch::Requests,
    inventory::{Inventory, read_from},
    kb::{KbId, MissingKb},
    machine::MachineId,
    outcome::{Answer, Ended, Failure, Outcome, Reason, RunOutcome},
};

fn now() -> Timestamp {
    "2026-11-23T22:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn machine(number: u8) -> MachineId {
    MachineId::from_bytes([number; 20])
}

fn inventory(machines: u8) -> Inventory {
    let rows = (1..=machines).map(|number| format!("{},name {number}", machine(number)));
    let rows: Vec<String> = rows.collect();
    let csv = format!("id,name\n{}\nno id,x\n", rows.join("\n"));
    read_from(csv.as_bytes(), "machines.csv", None).unwrap()
}

fn kb(id: &str, cve_addressed: u64) -> MissingKb {
    MissingKb {
        id: KbId::new(id),
        name: (cve_addressed > 3).then(|| "March; \"2020\"".into()),
        products: vec!["edge".into(), "windows_10".into()],
        url: None,
        machine_missed_on: (cve_addressed > 5).then_some(1),
        cve_addressed,
        os_build: Some("22631.4037".into()),
    }
}

fn answered(number: u8, at: Timestamp, missing: Vec<MissingKb>) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 2,
        times_unknown: 1,
        result: Ok(Answer::new(at, missing)),
    }
}

fn failed(number: u8, reason: Reason) -> Outcome {
    Outcome {
        machine: machine(number),
        attempts: 6,
        times_unknown: 0,
        result: Err(Failure {
            reason,
            http_status: Some(500),
            code: Some("InternalServerError".to_owned()),
            message: "it broke".to_owned(),
            correlation_id: None,
        }),
    }
}

/// A store in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("deep").join("patchgap.sqlite")
    }

    fn open(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }

    /// Begins a run for so many machines.
    fn begin(&self, machines: u8, reuse: Reuse, now: Timestamp) -> (Store, Begun) {
        let mut store = self.open();
        let begun = store
            .begin(&Beginning {
                service: &service(),
                application: &application(),
                inventory: &inventory(machines),
                reuse,
                since: None,
                now,
            })
            .unwrap();
        (store, begun)
    }

    /// A run that records these outcomes, and then ends in this way, or is killed.
    fn play(&self, reuse: Reuse, outcomes: Vec<Outcome>, ended: Option<Ended>) -> RunId {
        let (store, begun) = self.begin(4, reuse, now());
        let recorder = recorder(store, &begun);
        for outcome in outcomes {
            recorder.keep(outcome, Requests::default());
        }
        let mut store = recorder.finish().unwrap().store;
        // Its last sign of life.
        store
            .connection
            .execute("UPDATE run SET active_at_ms = ?1", [millis(now())])
            .unwrap();
        if let Some(ended) = ended {
            store.finish(begun.run, &closing(ended)).unwrap();
        }
        begun.run
    }
}

fn recorder(store: Store, begun: &Begun) -> Recorder {
    Recorder::start(store, begun, &application(), CancellationToken::new()).unwrap()
}

fn service() -> Service {
    Service {
        tenant_id: "contoso".to_owned(),
        api_url: "https://api".to_owned(),
    }
}

fn application() -> Application {
    Application {
        tenant_id: "contoso".to_owned(),
        client_id: "patchgap".to_owned(),
        api_url: "https://api".to_owned(),
    }
}

fn closing(ended: Ended) -> Closing {
    Closing {
        ended,
        outcome: RunOutcome::Partial,
        finished_at: now(),
        tally: Tally::default(),
        requests: Requests::default(),
    }
}

const COUNTING: Counting = Counting {
    longest: Duration::from_hours(1),
    timeout: Duration::from_hours(1),
};
const EARLY: Reuse = Reuse::EndedEarly(Duration::from_hours(12));

fn known(begun: &Begun) -> Vec<(MachineId, bool)> {
    let known = begun.known.iter();
    known.map(|it| (it.machine, it.result.is_ok())).collect()
}

#[test]
fn what_was_recorded_is_read_back() {
    let place = Place::new();
    let outcomes = vec![
        answered(1, now(), vec![kb("1", 3), kb("2", u64::MAX)]),
        answered(2, now(), vec![]),
        failed(3, Reason::ServerError),
    ];
    let run = place.play(Reuse::Nothing, outcomes.clone(), None);
    let store = place.open();
    assert_eq!(store.outcomes(run).unwrap(), outcomes);
    assert_eq!(store.inventory(run).unwrap(), inventory(4));
    let expected = Tally {
        answered: 2,
        failed: 1,
        pending: 1,
        ..Tally::default()
    };
    assert_eq!(store.tally(run).unwrap(), expected);
}

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
    assert!(begun.known[0].result.as_ref().unwrap().reused);
    drop(store);
    let ages = &begun.last_answered;
    assert_eq!(*ages, [(machine(1), hours(-1)), (machine(2), hours(-5))]);
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
    let outcomes = store.outcomes(begun.run).unwrap();
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].result.as_ref().unwrap().reused);
    // It is still to be asked.
    let (_, again) = place.begin(4, EARLY, now());
    assert_eq!((again.run, known(&again)), (begun.run, vec![]));
}

#[test]
fn old_runs_are_forgotten_with_what_only_they_needed() {
    let place = Place::new();
    for number in 1..=3 {
        let id = number.to_string();
        let outcomes = vec![answered(number, now(), vec![kb(&id, 3)])];
        place.play(Reuse::Nothing, outcomes, Some(Ended::Finished));
    }
    let mut store = place.open();
    let last = store.runs().unwrap()[0].run;
    store.prune(last, 1, now()).unwrap();
    let count = |table: &str| -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        let count = store.connection.query_row(&count, [], |row| row.get(0));
        count.unwrap()
    };
    assert_eq!(store.runs().unwrap().len(), 1);
    // The last answer of every machine on the list stays.
    let counts = ["run_machine", "answer", "machine", "inventory"].map(count);
    assert_eq!(counts, [1, 3, 4, 1]);
}

#[test]
fn what_a_kept_answer_says_outlives_the_run_that_said_it_first() {
    let place = Place::new();
    let description = || vec![kb("1", 3)];
    let finished = Some(Ended::Finished);
    // A run with another fleet begins first, and sees the KB last.
    let (_, early) = place.begin(2, EARLY, now());
    let kept = place.play(EARLY, vec![answered(4, now(), description())], finished);
    let (store, again) = place.begin(2, EARLY, now());
    assert_eq!(again.run, early.run);
    let recorder = recorder(store, &again);
    recorder.keep(answered(1, now(), description()), Requests::default());
    let mut store = recorder.finish().unwrap().store;
    store.finish(again.run, &closing(Ended::Finished)).unwrap();

    let others = (1..=3).map(|number| answered(number, now(), vec![]));
    let last = place.play(EARLY, others.collect(), finished);
    let long_ago = "UPDATE run SET active_at_ms = 0 WHERE id = ?1";
    store.connection.execute(long_ago, [early.run.0]).unwrap();
    store.prune(last, 2, now()).unwrap();
    assert_eq!(store.runs().unwrap().len(), 2);
    assert_eq!(
        store.outcomes(kept).unwrap()[0]
            .result
            .as_ref()
            .unwrap()
            .missing,
        description()
    );
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
        assert_eq!(begun.known.len(), known_then, "{now}");
    }
}

#[test]
fn answers_of_earlier_sessions_count_as_reused() {
    let place = Place::new();
    place.play(EARLY, vec![answered(1, now(), vec![])], None);
    let (store, begun) = place.begin(4, EARLY, now());
    assert_eq!(store.tally(begun.run).unwrap().reused, 1);
}

#[tokio::test]
async fn whoever_is_in_a_hurry_does_not_wait_for_a_locked_store() {
    let place = Place::new();
    let (store, begun) = place.begin(4, EARLY, now());
    let hurry = CancellationToken::new();
    let recorder = Recorder::start(store, &begun, &application(), hurry.clone()).unwrap();
    let other = place.open().connection;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    recorder.keep(answered(1, now(), vec![]), Requests::default());
    hurry.cancel();
    recorder.broken().cancelled().await;
    let left = recorder.finish().unwrap();
    assert_eq!(left.unsaved, [answered(1, now(), vec![])]);
}

#[test]
fn a_run_does_not_forget_itself() {
    let place = Place::new();
    let finished = Some(Ended::Finished);
    let first = place.play(Reuse::Nothing, vec![answered(1, now(), vec![])], finished);
    place.play(Reuse::Nothing, vec![], finished);
    let mut store = place.open();
    // The one that began first is the last to end.
    store.prune(first, 1, now()).unwrap();
    let left: Vec<RunId> = store.runs().unwrap().iter().map(|run| run.run).collect();
    assert_eq!(left, [first]);
    assert_eq!(store.outcomes(first).unwrap().len(), 1);
}

#[test]
fn a_run_at_work_is_not_forgotten() {
    for (now, left) in [(hours(1), 2), (hours(13), 1)] {
        let place = Place::new();
        // Its process is still at it, with another app registration.
        place.play(EARLY, vec![answered(1, self::now(), vec![])], None);
        let last = place.play(Reuse::Nothing, vec![], Some(Ended::Finished));
        let mut store = place.open();
        store.prune(last, 1, now).unwrap();
        assert_eq!(store.runs().unwrap().len(), left, "{now}");
    }
}

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let place = Place::new();
    let path = place.folder.path().join("file");
    let sqlite = place.folder.path().join("other");
    let other = rusqlite::Connection::open(&sqlite).unwrap();
    other.execute_batch("CREATE TABLE mine (a)").unwrap();
    drop(other);
    let newer = place.open();
    newer
        .connection
        .pragma_update(None, "user_version", 7)
        .unwrap();
    drop(newer);
    let whole = fs::read(place.path()).unwrap();
    for (content, problem) in [
        (
            b"machineId\n".to_vec(),
            "is no store of patchgap: it is no SQLite",
        ),
        (vec![b'x'; 5000], "is no store of patchgap: it is no SQLite"),
        (fs::read(&sqlite).unwrap(), "it is another program's"),
        (whole.clone(), "its version is 7, this one reads up to 1"),
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (whole[..50].to_vec(), "it is no SQLite"),
    ] {
        fs::write(&path, &content).unwrap();
        for opened in [Store::open(&path), Store::open_existing(&path)] {
            let error = crate::text::chain(&opened.unwrap_err());
            assert!(error.contains(problem), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), content, "{problem}");
    }
}

#[tokio::test]
async fn calls_are_remembered() {
    let place = Place::new();
    let (store, begun) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &begun);
    let ledger = recorder.ledger();
    let call = ledger.sending().await.unwrap();
    ledger.answered(call);
    ledger.sending().await.unwrap();
    drop(recorder);

    let calls = |application: &Application| {
        let store = place.open();
        let ages = store.past_calls(application, COUNTING).unwrap();
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
fn a_pause_that_the_service_ordered_is_remembered() {
    let place = Place::new();
    let left = || place.open().pause_left(&application()).unwrap();
    assert_eq!(left(), Duration::ZERO);
    let (store, begun) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &begun);
    let minute = Duration::from_mins(1);
    recorder.ledger().paused(minute);
    let store = recorder.finish().unwrap().store;
    assert!((minute / 2..=minute).contains(&left()), "{:?}", left());
    for (set, expected) in [(-1, Duration::ZERO), (1, minute)] {
        let at = millis(Timestamp::now() + SignedDuration::from_hours(set));
        let set = "UPDATE application SET paused_at_ms = ?1";
        store.connection.execute(set, [at]).unwrap();
        assert_eq!(left(), expected, "{set}");
    }
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_not_sent_and_not_remembered() {
    let place = Place::new();
    let (store, begun) = place.begin(4, EARLY, Timestamp::now());
    let recorder = recorder(store, &begun);
    let ledger = recorder.ledger();
    // While the writer has to wait, a call is on its way, and given up.
    let other = place.open().connection;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(futures::poll!(ledger.sending()).is_pending());
    other.execute_batch("COMMIT").unwrap();
    ledger.sending().await.unwrap();
    ledger.sending().await.unwrap();
    let store = recorder.finish().unwrap().store;
    assert_eq!(store.past_calls(&application(), COUNTING).unwrap().len(), 2);
}

#[tokio::test]
async fn a_full_disk_loses_no_outcome_and_stops_the_asking() {
    let place = Place::new();
    let (store, begun) = place.begin(4, EARLY, now());
    store
        .connection
        .pragma_update(None, "max_page_count", 1)
        .unwrap();
    let recorder = recorder(store, &begun);
    let many = (0..5000).map(|number| kb(&number.to_string(), number));
    let outcome = answered(1, now(), many.collect());
    recorder.keep(outcome.clone(), Requests::default());
    recorder.broken().cancelled().await;
    assert!(recorder.ledger().sending().await.is_err());
    recorder.keep(failed(2, Reason::Timeout), Requests::default());
    let left = recorder.finish().unwrap();
    assert_eq!(left.unsaved, [outcome, failed(2, Reason::Timeout)]);
    let error = crate::text::chain(&left.failure.unwrap());
    assert!(error.contains("the disk is full"), "{error}");
}
