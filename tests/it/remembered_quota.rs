//! The quota outlives the process: the next one remembers earlier calls.

use std::time::Duration;

use crate::common::{Finished, Scene, assert_truth, wait_until};

/// Two windows that limit the runs alternately.
const LIMITS: &str = "30/s,40/2s";
const MACHINES: usize = 40;

/// A tenant that counts exactly.
fn exact() -> Scene {
    Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.limits = LIMITS.parse().unwrap();
        settings.latency = Duration::from_millis(20);
    })
}

const KNOWN: [&str; 4] = ["--rate-limit", LIMITS, "--concurrency", "20"];

/// Asserts that no call of any run was throttled.
#[track_caller]
fn assert_none_throttled(scene: &Scene, run: Finished) {
    let run = run.exits_with(0);
    assert_truth(scene, &run);
    assert_eq!(scene.tenant.log().over_quota(), 0);
    assert_eq!(run.summary()["requests"]["throttled"], 0);
}

#[test]
fn calls_of_a_finished_run_count() {
    let scene = exact();
    assert_none_throttled(&scene, scene.report(&KNOWN));
    assert_none_throttled(&scene, scene.report(&KNOWN));
    assert_eq!(scene.tenant.log().calls.len(), 2 * MACHINES);
}

/// A check makes one call.
#[test]
fn call_of_a_check_counts() {
    let scene = Scene::with(|settings| {
        settings.machines = 2;
        settings.limits = "2/2s".parse().unwrap();
    });
    scene.run(&["check"]).exits_with(0);
    assert_none_throttled(&scene, scene.report(&["--rate-limit", "2/2s"]));
    assert_eq!(scene.tenant.log().calls.len(), 3);
}

/// Killed while it waits for the next window, when all of its calls are answered.
#[test]
fn calls_of_a_killed_run_count() {
    for calls in [15, 30] {
        let scene = exact();
        let run = scene.report_in_background(&KNOWN);
        wait_until("the calls have arrived", || {
            scene.tenant.log().calls.len() >= calls
        });
        run.kill();
        let known = [&KNOWN[..], &["--fresh", "--timeout", "500ms"]].concat();
        assert_none_throttled(&scene, scene.report(&known));
    }
}

/// The counter-check: with another store the same calls are throttled.
#[test]
fn another_store_remembers_no_calls() {
    // Long enough for the second run to start within it, even on a busy machine.
    let limit = "40/5s";
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.limits = limit.parse().unwrap();
    });
    let known = ["report", "machines.csv", "--rate-limit", limit];
    scene.run(&known).exits_with(0);
    let mut command = scene.command(&known);
    command.env("PATCHGAP_STATE", scene.path("other.sqlite"));
    let run = scene.finish(&mut command).exits_with(0);
    assert_ne!(scene.tenant.log().over_quota(), 0);
    assert_ne!(run.summary()["requests"]["throttled"], 0);
}

/// The quota belongs to the app registration; calls of another one do not count.
#[test]
fn each_app_registration_has_its_own_quota() {
    let scene = Scene::with_machines(5);
    let calls = || scene.tenant.log().calls.len();
    let report = |budget| {
        let arguments = ["--fresh", "--rate-limit", "5/h", "--budget", budget];
        scene.report(&arguments).exits_with(0)
    };
    report("20s");
    assert_eq!(report("500ms").summary()["machines"]["reused"], 5);
    assert_eq!(calls(), 5, "its own hour is used up");
    let others = "UPDATE application SET client_id = 'of another app'";
    scene.kept().execute(others);
    assert_eq!(report("20s").summary()["machines"]["reused"], 0);
    assert_eq!(calls(), 10);
}
