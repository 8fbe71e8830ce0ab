//! A service that goes down in mid-run.

use std::time::Duration;

use crate::common::{Background, Counts, Scene, assert_truth, wait_until};

const MACHINES: usize = 150;

/// A run that has started, and a service that has gone down since.
fn down_in_the_middle(arguments: &[&str]) -> (Scene, Background) {
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.latency = Duration::from_millis(10);
    });
    let run = scene.report_in_background(arguments);
    wait_until("some were answered", || {
        scene.tenant.log().calls.len() >= 40
    });
    scene.tenant.go_down();
    wait_until("the run says so", || {
        run.said().contains("service is not responding")
    });
    (scene, run)
}

#[test]
fn every_machine_is_answered_after_the_outage() {
    for arguments in [
        &["--concurrency", "4"][..],
        &["--concurrency", "1", "--retries", "0"],
    ] {
        let (scene, run) = down_in_the_middle(arguments);
        scene.tenant.come_back();
        let run = run.finish().exits_with(0);
        let run = run.complains("The service is responding again after ");
        let expected = Counts {
            answered: MACHINES as u64,
            ..Counts::default()
        };
        assert_eq!(run.counts(), expected);
        assert_truth(&scene, &run);
        let told = run.stderr.matches("service is not responding").count();
        assert_eq!(told, 1, "{}", run.stderr);
    }
}

#[test]
fn ctrl_c_during_an_outage_writes_reports() {
    let (_scene, run) = down_in_the_middle(&["--concurrency", "4"]);
    run.signal("INT");
    let run = run.finish().exits_with(130);
    let counts = run.counts();
    assert_eq!(counts.failed, 0);
    assert!(counts.answered > 0, "{counts:?}");
    assert_eq!(counts.pending, MACHINES as u64 - counts.answered);
}
