//! A sign-in that does not answer is waited for, at the start and in the middle of a run.

use std::{path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};
use patchgap::simulator::{Settings, Simulator};
use tokio::runtime::Runtime;

use crate::common::{Background, Counts, Scene, assert_truth, wait_until};

const WAITS: &str = "The sign-in is not responding; pausing all requests until it does";

fn nothing_is_in(folder: &Path) -> bool {
    !folder.exists()
}

/// A run that waits for the sign-in.
fn waiting(scene: &Scene, arguments: &[&str]) -> Background {
    scene.tenant.sign_in_goes_down();
    let run = scene.report_in_background(arguments);
    wait_until("the run says so", || run.said().contains(WAITS));
    run
}

#[test]
fn outage_at_the_start_is_waited_out() {
    let scene = Scene::with_machines(5);
    let run = waiting(&scene, &[]);
    scene.tenant.sign_in_comes_back();
    let run = run.finish().exits_with(0);
    assert_truth(&scene, &run);
    let run = run
        .complains("for up to 5 min")
        .complains("The sign-in is responding again after ");
    assert_eq!(run.stderr.matches(WAITS).count(), 1, "{}", run.stderr);
}

#[test]
fn ctrl_c_ends_the_wait_and_leaves_no_folder() {
    let scene = Scene::with_machines(5);
    let run = waiting(&scene, &["--out", "nights/tonight"]);
    run.signal("INT");
    run.finish()
        .exits_with(130)
        .complains("interrupted before the first request");
    assert!(nothing_is_in(&scene.path("nights")));
}

#[test]
fn budget_ends_the_wait_without_reports_when_nothing_is_stored() {
    let scene = Scene::with_machines(5);
    scene.tenant.sign_in_goes_down();
    let run = scene.report(&["--budget", "700ms", "--out", "nights/tonight"]);
    let run = run.exits_with(5);
    run.complains(WAITS)
        .complains("error: cannot sign in: the sign-in service ");
    assert!(nothing_is_in(&scene.path("nights")));
    assert!(scene.tenant.log().calls.is_empty());
    let runs = scene.run(&["runs"]);
    assert!(!runs.stdout.contains("machines.csv"), "{}", runs.stdout);
}

#[test]
fn stored_answers_are_reported_when_the_sign_in_fails() {
    let scene = Scene::with_machines(5);
    scene.report(&[]).exits_with(0);
    scene.tenant.sign_in_goes_down();
    let again = ["--budget", "700ms", "--out", "again"];
    let run = scene.report(&again).exits_with(5);
    let run = run
        .complains("error: stopped early because the sign-in failed: ")
        .hints("run again to resume when the sign-in is reachable");
    assert!(scene.path("again/summary.json").exists());
    let summary = std::fs::read(scene.path("again/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert_eq!(summary["machines"]["reused"], 5);
    assert_eq!(
        (&summary["outcome"], &summary["ended"]),
        (&"partial".into(), &"failing".into())
    );
    assert!(run.stdout.contains("not finished"), "{}", run.stdout);
    // The next start resumes the run.
    scene.tenant.sign_in_comes_back();
    let run = scene.report(&[]).exits_with(0);
    run.complains("Resuming the run started at");
}

/// Each token is valid for one second.
#[test]
fn outage_in_mid_run_fails_no_machine() {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.token_lifetime = Duration::from_secs(1);
    });
    let run = scene.report_in_background(&["--pace", "25/s"]);
    wait_until("some were answered", || scene.tenant.log().calls.len() >= 5);
    scene.tenant.sign_in_goes_down();
    wait_until("the run says so", || run.said().contains(WAITS));
    scene.tenant.sign_in_comes_back();
    let run = run.finish().exits_with(0);
    let run = run
        .complains("for up to 1 h")
        .complains("The sign-in is responding again");
    let expected = Counts {
        answered: 60,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
    assert_truth(&scene, &run);
}

#[test]
fn refused_sign_in_ends_at_once_and_leaves_no_folder() {
    let scene = Scene::with_machines(5);
    let mut command = scene.command(&["report", "machines.csv", "--out", "nights/tonight"]);
    let run = scene
        .finish(command.env("AZURE_CLIENT_SECRET", "wrong"))
        .exits_with(4);
    assert!(!run.stderr.contains(WAITS), "{}", run.stderr);
    assert!(nothing_is_in(&scene.path("nights")));
    assert_eq!(scene.tenant.log().sign_ins.len(), 1);
}

#[test]
fn check_does_not_wait_for_the_sign_in() {
    let scene = Scene::with_machines(1);
    scene.tenant.sign_in_goes_down();
    let run = scene.run(&["check"]).exits_with(5);
    assert!(!run.stderr.contains(WAITS), "{}", run.stderr);
    run.complains("error: cannot sign in: the sign-in service ");
}

/// Waiting would not help: a wrong clock does not correct itself.
#[test]
fn certificate_outside_its_validity_is_reported_with_the_local_clock() {
    let scene = Scene::with_machines(1);
    let runtime = Runtime::new().unwrap();
    let years = SignedDuration::from_hours(24 * 365 * 20);
    for then in [Timestamp::now() - years, Timestamp::now() + years] {
        let settings = Settings {
            api_tls: true,
            ..Settings::default()
        };
        let elsewhen = runtime.block_on(Simulator::start(settings, then)).unwrap();
        scene.write("root.pem", elsewhen.root_certificate_pem());
        let command = || {
            let mut command = scene.command(&["report", "machines.csv", "--retries", "0"]);
            command.env("PATCHGAP_AUTHORITY_URL", elsewhen.authority_url().as_str());
            command.env("PATCHGAP_API_URL", elsewhen.api_url().as_str());
            command
        };
        let run = scene.finish(&mut command()).exits_with(4);
        assert!(!run.stderr.contains(WAITS), "{}", run.stderr);
        run.hints("this machine's clock says 20");
        let mut check = scene.command(&["check"]);
        check.env("PATCHGAP_API_URL", elsewhen.api_url().as_str());
        check.env("PATCHGAP_ACCESS_TOKEN", "opaque");
        let run = scene.finish(&mut check).exits_with(5);
        run.hints("this machine's clock says 20");
    }
}

#[test]
fn stored_answers_of_hunting_are_reported_when_the_sign_in_fails() {
    let scene = Scene::with_machines(5);
    let hunting = ["--source=hunting", "--min-coverage=0"];
    scene.report(&hunting).exits_with(0);
    scene.tenant.sign_in_goes_down();
    let again = ["--budget=700ms", "--out=again"];
    let run = scene.report(&[&hunting[..], &again].concat());
    run.exits_with(5)
        .complains("error: stopped early because the sign-in failed: ");
    assert!(scene.path("again/summary.json").exists());
}
