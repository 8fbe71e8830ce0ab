//! Two processes with one app registration: they share one quota, and the second waits.

use std::{process::Command, time::Duration};

use patchgap::simulator::Settings;

use crate::common::{Background, Scene, assert_truth, wait_until};

const MACHINES: usize = 10;
const WAITS: &str = "another patchgap is running with the same app registration";

fn fleet(settings: &mut Settings) {
    settings.machines = MACHINES;
    settings.latency = Duration::from_millis(100);
}

/// A run that waits for the next hour, and so stays active until it is stopped.
fn at_work(scene: &Scene) -> Background {
    let run = scene.report_in_background(&["--rate-limit", "4/h"]);
    wait_until("it waits for its hour", || {
        scene.tenant.log().calls.len() >= 4
    });
    run
}

/// Another process, which writes its reports elsewhere.
fn second(scene: &Scene, change: impl FnOnce(&mut Command)) -> Background {
    let mut command = scene.command(&["report", "machines.csv", "--out", "second"]);
    change(&mut command);
    Background::start(&mut command, scene.path("second"))
}

#[test]
fn second_process_waits_and_resumes_the_run_of_the_first() {
    let scene = Scene::with(fleet);
    let first = at_work(&scene);
    let waiting = second(&scene, |_| {});
    wait_until("the second says so", || waiting.said().contains(WAITS));
    assert!(waiting.said().contains("waiting until it has finished"));
    assert_eq!(scene.tenant.log().calls.len(), 4);
    first.signal("INT");
    assert_eq!(first.finish().exits_with(130).counts().answered, 4);
    let run = waiting.finish().exits_with(0);
    let run = run.complains("4 of 10 machines done");
    assert_truth(&scene, &run);
    assert_eq!(run.stderr.matches(WAITS).count(), 1, "{}", run.stderr);
    assert_eq!(scene.tenant.log().calls.len(), MACHINES);
}

#[test]
fn second_process_resumes_when_the_first_is_killed() {
    let scene = Scene::with(fleet);
    let first = at_work(&scene);
    let waiting = second(&scene, |_| {});
    wait_until("the second says so", || waiting.said().contains(WAITS));
    first.kill();
    let run = waiting.finish().exits_with(0);
    assert_truth(&scene, &run);
}

#[test]
fn waiting_process_can_be_interrupted_before_any_call() {
    let scene = Scene::with(fleet);
    let first = at_work(&scene);
    let waiting = second(&scene, |_| {});
    wait_until("the second says so", || waiting.said().contains(WAITS));
    waiting.signal("INT");
    let run = waiting.finish().exits_with(130);
    let run = run.complains("error: interrupted before the first request");
    assert!(!run.has_reports());
    assert_eq!(scene.tenant.log().calls.len(), 4);
    first.kill();
}

#[test]
fn waiting_process_gives_up_when_its_budget_is_spent() {
    let scene = Scene::with(fleet);
    let first = at_work(&scene);
    let waiting = second(&scene, |command| {
        command.args(["--budget", "1s"]);
    });
    let run = waiting.finish().exits_with(5).complains(WAITS);
    let run = run
        .complains("error: the time limit was reached")
        .hints("run again when");
    assert!(!run.has_reports());
    assert_eq!(scene.tenant.log().calls.len(), 4);
    first.kill();
}

#[test]
fn another_tenant_does_not_wait() {
    let scene = Scene::with(fleet);
    let first = at_work(&scene);
    let other = Scene::with(|settings| {
        fleet(settings);
        settings.seed = 2;
    });
    let mut command = other.command(&["report", "machines.csv"]);
    command.env("PATCHGAP_STATE", scene.path("store.sqlite"));
    let run = other.finish(&mut command).exits_with(0);
    assert!(!run.stderr.contains(WAITS), "{}", run.stderr);
    assert_truth(&other, &run);
    first.signal("INT");
    assert_eq!(first.finish().exits_with(130).counts().answered, 4);
}
