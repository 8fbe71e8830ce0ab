//! A clock change between two processes, simulated by shifting the times in the store the other way:
//! no answer is lost, and no wait exceeds a window.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::common::{Finished, Scene, assert_truth, kept::seal_answers};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Every column with a time.
const TIMES: [(&str, &str); 6] = [
    ("call", "sent_at_ms"),
    ("call", "answered_at_ms"),
    ("answer", "as_of_ms"),
    ("run", "started_at_ms"),
    ("run", "active_at_ms"),
    ("run", "finished_at_ms"),
];

fn with_state(scene: &Scene, list: &str, arguments: &[&str]) -> Finished {
    let command = ["report", list, "--state", "store.sqlite"];
    scene.run(&[&command, arguments].concat())
}

/// Shifts the clock by these hours, relative to the store.
fn set_clock(scene: &Scene, hours: i64) {
    let store = Connection::open(scene.path("store.sqlite")).unwrap();
    for (table, column) in TIMES {
        let moved = format!("UPDATE {table} SET {column} = {column} - ?1");
        store.execute(&moved, [hours * HOUR_MS]).unwrap();
    }
    seal_answers(&store);
}

/// Makes the last run look as if killed after this many machines.
fn killed_after(scene: &Scene, machines: usize) {
    let store = Connection::open(scene.path("store.sqlite")).unwrap();
    let killed = format!(
        "UPDATE run SET ending = NULL, outcome = NULL, finished_at_ms = NULL;
         DELETE FROM run_machine WHERE machine NOT IN
             (SELECT machine FROM run_machine LIMIT {machines})"
    );
    store.execute_batch(&killed).unwrap();
}

/// Two runs of ten and five machines with a limit of ten calls; the clock is shifted by these hours
/// between them.
#[track_caller]
fn two_runs_in_one_window(hours: i64) -> Scene {
    // Long enough even on a busy machine.
    const LIMIT: &str = "10/3s";
    let scene = Scene::with(|settings| {
        settings.machines = 15;
        settings.limits = LIMIT.parse().unwrap();
    });
    let inventory = scene.tenant.inventory_csv();
    let lines: Vec<&str> = inventory.lines().collect();
    let list = |rows: &[&str]| format!("{}\n{}", lines[0], rows.join("\n"));
    scene.write("first.csv", list(&lines[1..11]));
    scene.write("second.csv", list(&lines[11..]));
    let limit = ["--rate-limit", LIMIT];
    with_state(&scene, "first.csv", &limit).exits_with(0);
    set_clock(&scene, hours);
    let start = Instant::now();
    let run = with_state(&scene, "second.csv", &limit).exits_with(0);
    let took = start.elapsed();
    assert_eq!(run.summary()["machines"]["answered"], 5);
    assert!(took < WINDOW + Duration::from_secs(4), "{took:?}");
    scene
}

const WINDOW: Duration = Duration::from_secs(3);

#[test]
fn quota_holds_after_the_clock_is_set_back() {
    let log = two_runs_in_one_window(-30).tenant.log();
    assert_eq!((log.over_quota(), log.calls.len()), (0, 15));
    let between = log.calls[10].arrived - log.calls[9].arrived;
    assert!(between >= WINDOW, "{between:?}");
}

/// The earlier calls expire too early; calls that the service then refuses are retried.
#[test]
fn refused_calls_are_retried_after_the_clock_is_set_forward() {
    let log = two_runs_in_one_window(11).tenant.log();
    assert!(log.calls.len() >= 15);
}

#[test]
fn killed_run_resumes_across_a_clock_change() {
    for (hours, goes_on) in [
        (-13, false),
        (-11, true),
        (-2, true),
        (2, true),
        (13, false),
    ] {
        let scene = Scene::with_machines(10);
        with_state(&scene, "machines.csv", &[]).exits_with(0);
        set_clock(&scene, hours);
        killed_after(&scene, 6);
        let run = with_state(&scene, "machines.csv", &[]).exits_with(0);
        assert_truth(&scene, &run);
        let calls = scene.tenant.log().calls.len();
        assert_eq!(calls, if goes_on { 14 } else { 20 }, "{hours} h");
        let summary = run.summary();
        let time = |name: &str| summary[name].as_str().unwrap().to_owned();
        assert!(time("startedAt") <= time("finishedAt"), "{summary}");
    }
}
