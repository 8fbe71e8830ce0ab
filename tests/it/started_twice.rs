//! A job that is started two or three times uses the quota once. The first process is stopped by a
//! signal until the others wait for it.

use std::{process::Command, thread, time::Duration};

use crate::common::{Background, Scene, assert_truth, wait_until};

const MACHINES: usize = 10;
const WAITS: &str = "another patchgap is running with the same app registration";

/// Another process, which writes its reports elsewhere.
fn second(scene: &Scene, change: impl FnOnce(&mut Command)) -> Background {
    let mut command = scene.command(&["report", "machines.csv", "--out", "second"]);
    change(&mut command);
    Background::start(&mut command, scene.path("second"))
}

/// A run that was stopped after this many calls until another process waited for it.
fn waiting_for_first(
    scene: &Scene,
    calls: usize,
    change: impl FnOnce(&mut Command),
) -> (Background, Background) {
    let first = scene.report_in_background(&["--concurrency", "1"]);
    wait_until("the first has asked", || {
        scene.tenant.log().calls.len() >= calls
    });
    first.signal("STOP");
    let waiting = second(scene, change);
    wait_until("the second says so", || waiting.said().contains(WAITS));
    first.signal("CONT");
    (first, waiting)
}

/// A tenant slow enough to stop a run in time.
fn slow(machines: usize) -> Scene {
    Scene::with(|settings| {
        settings.machines = machines;
        settings.latency = Duration::from_millis(60);
    })
}

/// The number of calls that a tenant has received.
fn heard(scene: &Scene) -> usize {
    scene.tenant.log().calls.len()
}

/// At whatever moment the job is started again.
#[test]
fn second_start_reuses_the_answers_of_the_first() {
    let play = |calls| {
        let scene = slow(MACHINES);
        let (first, waiting) = waiting_for_first(&scene, calls, |_| {});
        first.finish().exits_with(0);
        let run = waiting.finish().exits_with(0);
        assert_truth(&scene, &run);
        assert_eq!(run.summary()["machines"]["reused"], MACHINES);
        assert_eq!(heard(&scene), MACHINES, "started again after {calls}");
    };
    thread::scope(|scope| {
        for calls in [1, 4, 7] {
            scope.spawn(move || play(calls));
        }
    });
}

#[test]
fn run_finished_by_another_process_is_reused() {
    let scene = slow(MACHINES);
    let killed = scene.report_in_background(&["--concurrency", "1"]);
    wait_until("it has asked", || heard(&scene) >= 4);
    killed.kill();
    let (first, waiting) = waiting_for_first(&scene, heard(&scene) + 2, |_| {});
    let run = first.finish().exits_with(0);
    assert!(run.summary()["machines"]["reused"].as_u64() >= Some(2));
    let asked = heard(&scene);
    let run = waiting.finish().exits_with(0);
    assert_truth(&scene, &run);
    assert_eq!(run.summary()["machines"]["reused"], MACHINES);
    assert_eq!(heard(&scene), asked);
}

#[test]
fn third_start_sends_nothing() {
    let scene = slow(MACHINES);
    let first = scene.report_in_background(&["--rate-limit", "4/h"]);
    wait_until("it waits for its hour", || heard(&scene) >= 4);
    let waiting = ["second", "third"].map(|out| {
        let mut command = scene.command(&["report", "machines.csv", "--out", out]);
        Background::start(&mut command, scene.path(out))
    });
    for waiting in &waiting {
        wait_until("it says so", || waiting.said().contains(WAITS));
    }
    first.kill();
    for waiting in waiting {
        assert_truth(&scene, &waiting.finish().exits_with(0));
    }
    assert_eq!(heard(&scene), MACHINES);
}

#[test]
fn overlapping_list_reuses_common_answers() {
    let scene = slow(MACHINES);
    let list = scene.tenant.inventory_csv();
    let lines: Vec<&str> = list.lines().collect();
    scene.write("machines.csv", lines[..8].join("\n"));
    scene.write("other.csv", [&lines[..1], &lines[4..]].concat().join("\n"));
    let (first, waiting) = waiting_for_first(&scene, 2, |command| {
        let whole = scene.command(&["report", "other.csv", "--out", "second"]);
        *command = whole;
    });
    first.finish().exits_with(0);
    let run = waiting.finish().exits_with(0);
    assert_eq!(run.summary()["machines"]["reused"], 4);
    assert_eq!(heard(&scene), MACHINES);
}

#[test]
fn fresh_requests_every_machine_again() {
    let scene = slow(4);
    let (first, waiting) = waiting_for_first(&scene, 1, |command| {
        command.arg("--fresh");
    });
    first.finish().exits_with(0);
    waiting.finish().exits_with(0);
    assert_eq!(heard(&scene), 8);
}
