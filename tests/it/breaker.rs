//! A service that always fails: the run stops early instead of failing for every machine.

use patchgap::simulator::Fault;

use crate::common::{Counts, Finished, Scene, assert_truth, fleet_ids};

const MACHINES: u64 = 200;

/// Runs without retries, and asserts that the run stops early and reports it.
#[track_caller]
fn stops_early(scene: &Scene, arguments: &[&str], says: &str) -> Finished {
    let arguments = [&["--retries", "0", "--concurrency", "8"], arguments].concat();
    let run = scene.report(&arguments).exits_with(5);
    let run = run
        .complains("error: stopped early because requests kept failing in the same way")
        .complains(says)
        .complains("hint: every other machine would fail the same way");
    let counts = run.counts();
    // The first twenty, and those that were in flight with the last of them.
    let scouts = 3;
    assert!((20..20 + 8).contains(&counts.failed), "{counts:?}");
    assert_eq!(counts.failed + counts.pending, MACHINES);
    assert_eq!(run.summary()["outcome"], "partial");
    assert_eq!(run.summary()["requests"]["sent"], counts.failed + scouts);
    assert_eq!(run.rows("failures.csv").len() as u64, MACHINES);
    assert!(run.stdout.contains("not queried"), "{}", run.stdout);
    run
}

fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = usize::try_from(MACHINES).unwrap();
        settings.faults.every_call = Some(Fault::ServerError);
    })
}

#[test]
fn run_stops_early_when_every_call_fails() {
    let scene = scene();
    let run = stops_early(&scene, &[], "HTTP 500 InternalServerError");
    let sent = scene.tenant.log().calls.len();
    assert_eq!(run.summary()["requests"]["sent"], sent);
}

#[test]
fn run_stops_early_when_nothing_listens() {
    let scene = scene();
    // Nothing listens on port 1.
    stops_early(
        &scene,
        &["--api-url", "http://127.0.0.1:1/"],
        "connection: ",
    );
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn next_run_resumes_once_the_service_works() {
    let mut scene = scene();
    stops_early(&scene, &[], "HTTP 500 InternalServerError");
    scene.replace_tenant(|settings| settings.machines = usize::try_from(MACHINES).unwrap());
    let run = scene.report(&[]).exits_with(0);
    let run = run
        .complains("Resuming the run started at")
        .complains("0 of 200 machines done");
    assert_truth(&scene, &run);
    // Machines that failed before come last.
    let log = scene.tenant.log();
    assert_eq!(log.calls.len() as u64, MACHINES);
    let failed = fleet_ids(20);
    let first = log.calls[..100].iter().filter_map(|call| call.machine);
    assert_eq!(first.filter(|id| failed.contains(id)).count(), 0);
}

#[test]
fn one_early_answer_keeps_the_run_going() {
    let ids = fleet_ids(40);
    let broken = ids[1..].iter().map(|id| (*id, Fault::ServerError));
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        settings.faults.forever = broken.collect();
    });
    let run = scene.report(&["--retries", "0"]).exits_with(5);
    let expected = Counts {
        answered: 1,
        failed: 39,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
}
