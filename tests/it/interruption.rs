//! Ctrl-C and SIGTERM: the first ends the run after calls in flight, the second immediately.

use std::time::{Duration, Instant};
#[cfg(unix)]
use std::{
    io::{Write, stderr},
    process::Command,
};

use patchgap::simulator::Fault;

use crate::common::{Background, Finished, Scene, fleet_ids, wait_until};

fn wait_for_calls(scene: &Scene, calls: usize) {
    wait_until("the calls have arrived", || {
        scene.tenant.log().calls.len() >= calls
    });
}

/// Sends the signals in mid-run, and asserts that reports contain the answer to every call.
#[track_caller]
fn keeps_what_is_in_flight(signals: &[&str]) {
    let scene = Scene::with(|settings| {
        settings.machines = 200;
        settings.latency = Duration::from_millis(100);
    });
    let run = scene.report_in_background(&["--concurrency", "4"]);
    wait_for_calls(&scene, 10);
    for signal in signals {
        run.signal(signal);
        wait_until("it is stopping", || run.said().contains("Stopping"));
    }
    let run = run.finish().exits_with(130).complains("Stopping: waiting");
    assert_eq!(run.summary()["outcome"], "interrupted");
    let counts = run.counts();
    let calls = scene.tenant.log().calls.len();
    assert!((10..100).contains(&calls), "{calls} calls");
    assert_eq!(
        counts.answered, calls as u64,
        "each call's answer was waited for"
    );
    assert_eq!(counts.pending, 200 - counts.answered);
    assert_eq!((counts.failed, counts.not_found), (0, 0));
    for row in run.rows("failures.csv") {
        assert_eq!((&*row["reason"], &*row["attempts"]), ("pending", "0"));
    }
    assert!(
        run.stdout.contains("Partial: no result for ") && run.stdout.contains("(interrupted)"),
        "{}",
        run.stdout
    );
}

#[test]
fn ctrl_c_waits_for_calls_in_flight() {
    keeps_what_is_in_flight(&["INT"]);
}

#[test]
fn sigterm_waits_for_calls_in_flight() {
    keeps_what_is_in_flight(&["TERM"]);
}

/// Whether the tests were started with SIGHUP ignored, which every process they start inherits.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let mut shell = Command::new("/bin/sh");
    let ignored = shell.args(["-c", "kill -HUP $$"]).status();
    ignored.unwrap().success()
}

/// A closed terminal sends the signal twice: by the shell and by the system.
#[test]
#[cfg(unix)]
fn hangup_waits_for_calls_in_flight() {
    if hangup_is_ignored() {
        let _ = writeln!(stderr(), "skipped: the tests were started with `nohup`");
        return;
    }
    keeps_what_is_in_flight(&["HUP"]);
    keeps_what_is_in_flight(&["HUP", "HUP"]);
    keeps_what_is_in_flight(&["TERM", "HUP"]);
}

/// As started by `nohup`.
#[test]
#[cfg(unix)]
fn ignored_hangup_does_not_stop_the_run() {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.latency = Duration::from_millis(20);
    });
    let mut command = scene.through_shell("trap '' HUP", &["report", "machines.csv"]);
    let run = Background::start(&mut command, scene.path("reports"));
    wait_for_calls(&scene, 10);
    run.signal("HUP");
    let run = run.finish().exits_with(0);
    assert_eq!(run.counts().answered, 60);
    assert!(!run.stderr.contains("stopping"), "{}", run.stderr);
}

#[track_caller]
fn interrupt_twice(run: Background) -> Finished {
    let start = Instant::now();
    run.interrupt_twice();
    let run = run.finish().exits_with(130).complains("Stopping now");
    // Neither the timeout of the call nor the grace period of a single interruption is waited for.
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(run.summary()["outcome"], "interrupted");
    run
}

#[test]
fn second_interruption_abandons_calls_in_flight() {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults.every_call = Some(Fault::Hang);
    });
    let run = scene.report_in_background(&["--concurrency", "4"]);
    wait_for_calls(&scene, 4);
    let run = interrupt_twice(run);
    assert_eq!(run.counts().pending, 20);
    let sent = run.rows("failures.csv");
    let sent = sent.iter().filter(|row| row["attempts"] == "1").count();
    assert_eq!(sent, 4, "calls without an answer count as attempts");
}

#[test]
fn interruption_ends_a_wait_for_quota_at_once() {
    let scene = Scene::with_machines(20);
    let run = scene.report_in_background(&["--rate-limit", "5/h"]);
    wait_for_calls(&scene, 5);
    let start = Instant::now();
    run.signal("INT");
    let run = run.finish().exits_with(130);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let counts = run.counts();
    assert_eq!((counts.answered, counts.pending), (5, 15));
}

#[test]
fn machine_waiting_for_a_retry_is_pending() {
    let scene = Scene::with(|settings| {
        settings.machines = 1;
        settings.faults.retry_after = Duration::from_hours(1);
        settings.faults.every_call = Some(Fault::Throttled);
    });
    let run = scene.report_in_background(&[]);
    wait_for_calls(&scene, 1);
    run.signal("INT");
    let run = run.finish().exits_with(130);
    let row = run.row("failures.csv", fleet_ids(1)[0]);
    let told = ["reason", "httpStatus", "attempts"].map(|column| &*row[column]);
    assert_eq!(told, ["pending", "429", "1"]);
}

#[test]
fn late_pass_can_be_interrupted() {
    let unknown = fleet_ids(1)[0];
    let scene = Scene::with(|settings| {
        settings.machines = 10;
        let script = vec![Fault::NotFound, Fault::Hang];
        settings.faults.script.insert(unknown, script);
    });
    let run = scene.report_in_background(&[]);
    wait_for_calls(&scene, 11);
    let counts = interrupt_twice(run).counts();
    assert_eq!((counts.answered, counts.not_found), (9, 1));
}
