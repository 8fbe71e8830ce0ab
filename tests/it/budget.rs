//! `--budget` and `--until`: the run stops in time, after requesting the most urgent machines.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use patchgap::domain::machine::MachineId;

use crate::common::{Counts, Scene, assert_truth, fleet_ids};

const MACHINES: usize = 12;
/// Calls that the quota below admits.
const ASKED: usize = 5;
const QUOTA: [&str; 4] = ["--rate-limit", "5/h", "--concurrency", "1"];
/// How late a run may end on a busy machine.
const BUSY: Duration = Duration::from_secs(4);

fn asked(scene: &Scene, from: usize) -> Vec<MachineId> {
    let calls = &scene.tenant.log().calls[from..];
    calls.iter().map(|call| call.machine.unwrap()).collect()
}

/// Asserts that a run which would have to wait for an hour stops in time, with the answers so far.
#[track_caller]
fn stops_in_time(arguments: &[&str], latest: Instant) {
    let scene = Scene::with_machines(MACHINES);
    let run = scene.report(&[&QUOTA, arguments].concat()).exits_with(5);
    assert!(Instant::now() < latest + BUSY);
    let expected = Counts {
        answered: ASKED as u64,
        pending: (MACHINES - ASKED) as u64,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
    assert_eq!(run.summary()["outcome"], "partial");
    let rows = run.rows("failures.csv");
    assert_eq!(rows.len(), MACHINES - ASKED);
    assert!(rows.iter().all(|row| row["reason"] == "pending"));
    assert_eq!(asked(&scene, 0).len(), ASKED);
}

#[test]
fn run_stops_when_its_budget_is_spent() {
    let latest = Instant::now() + Duration::from_secs(3);
    stops_in_time(&["--budget", "3s"], latest);
}

#[test]
fn run_stops_at_the_given_time() {
    // Truncated to whole seconds.
    let end = Timestamp::now() + SignedDuration::from_secs(3);
    let end_text = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let latest = Instant::now() + Duration::from_secs(3);
    stops_in_time(&["--until", &end_text], latest);
}

#[test]
fn answers_in_flight_are_waited_for() {
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.latency = Duration::from_secs(1);
    });
    let run = scene.report(&["--budget", "1500ms", "--concurrency", "4"]);
    let run = run.exits_with(5);
    assert_eq!(run.counts().answered, asked(&scene, 0).len() as u64);
    assert_eq!(run.counts().failed, 0);
}

/// The sign-in alone takes longer. Reports are written all the same, because earlier answers may
/// exist, and no other error is reported.
#[test]
fn budget_spent_before_the_first_call_is_not_an_error() {
    let scene = Scene::with_machines(MACHINES);
    for _ in 0..3 {
        let run = scene.report(&["--budget", "1ms", "--concurrency", "1"]);
        let run = run.exits_with(5);
        assert_eq!(run.stderr.matches("error: ").count(), 0, "{}", run.stderr);
        assert_eq!(run.rows("machines.csv").len(), MACHINES);
        assert!(run.counts().pending > 0);
    }
    assert!(asked(&scene, 0).len() <= 3);
}

#[test]
fn sufficient_budget_changes_nothing() {
    let scene = Scene::with_machines(MACHINES);
    let run = scene.report(&["--budget", "2h"]).exits_with(0);
    assert_truth(&scene, &run);
}

/// A tenant whose first ten machines were answered one to ten days ago.
fn answered_long_ago() -> (Scene, Vec<MachineId>) {
    let scene = Scene::with_machines(MACHINES);
    let ids = fleet_ids(MACHINES);
    let known: Vec<String> = ids[..10].iter().map(ToString::to_string).collect();
    scene.write("known.csv", known.join("\n"));
    scene.run(&["report", "known.csv"]).exits_with(0);
    for (days, id) in (1..).zip(&ids[..10]) {
        scene.kept().age_answers(&[*id], 24 * days);
    }
    (scene, ids)
}

const BUDGET: [&str; 6] = [
    "--budget",
    "1s",
    "--rate-limit",
    "5/h",
    "--concurrency",
    "1",
];

#[test]
fn oldest_answers_are_renewed_first_and_the_rest_reused() {
    let (scene, ids) = answered_long_ago();
    let run = scene.report(&BUDGET).exits_with(0);
    // Machines without an answer first, then those with the oldest answers.
    assert_eq!(
        asked(&scene, 10),
        [ids[10], ids[11], ids[9], ids[8], ids[7]]
    );
    assert_truth(&scene, &run);
    assert_eq!(run.summary()["outcome"], "complete");
    assert_eq!(run.summary()["machines"]["reused"], 7);
    for (days, id) in (1..8).zip(&ids) {
        let answered_at = run.row("machines.csv", *id)["answeredAt"].parse();
        let age = Timestamp::now().duration_since(answered_at.unwrap());
        assert_eq!(age.as_hours(), 24 * days);
    }
}

#[test]
fn next_start_resumes_with_the_remaining_machines() {
    let (scene, ids) = answered_long_ago();
    scene.report(&BUDGET).exits_with(0);
    let run = scene.report(&[]).exits_with(0);
    let run = run
        .complains("Resuming the run started at")
        .complains("5 of 12 machines done");
    let left: BTreeSet<_> = asked(&scene, 15).into_iter().collect();
    assert_eq!(left, ids[..7].iter().copied().collect());
    assert_eq!(asked(&scene, 15).len(), 7);
    assert_truth(&scene, &run);
    assert_eq!(run.summary()["machines"]["reused"], 5);
}
