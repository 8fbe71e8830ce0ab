//! Foreign replies, of a gateway, a proxy or a sign-in page. They concern the network path to the
//! service, never a machine.

use std::time::Duration;

use patchgap::simulator::Fault;

use crate::common::{Background, Counts, Finished, Scene, assert_truth, fleet_ids, wait_until};

const MACHINES: usize = 120;
/// Only the formats that these tests read, because the others are slower.
const FORMATS: [&str; 2] = ["--format", "csv,json"];
/// Foreign replies.
const STRANGERS: [Fault; 7] = [
    Fault::Redirect,
    Fault::Html,
    Fault::SignInPage,
    Fault::ForbiddenPage,
    Fault::NotFoundPage,
    Fault::NotFoundJson,
    Fault::Partial,
];

fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.latency = Duration::from_millis(10);
    })
}

/// A run that gets only foreign replies after some answers.
fn cut_off(fault: Fault) -> (Scene, Background) {
    let scene = scene();
    let run = scene.report_in_background(&[
        "--concurrency",
        "4",
        "--min-coverage",
        "30",
        "--format",
        "csv,json",
    ]);
    wait_until("some were answered", || {
        scene.tenant.log().calls.len() >= 40
    });
    scene.tenant.fail_every_call(Some(fault));
    wait_until("the run says so", || {
        run.said().contains("service is not responding")
    });
    (scene, run)
}

#[test]
fn foreign_replies_in_mid_run_are_waited_out() {
    for fault in [Fault::Redirect, Fault::SignInPage, Fault::NotFoundJson] {
        let (scene, run) = cut_off(fault);
        scene.tenant.fail_every_call(None);
        let run = run.finish().exits_with(0);
        assert_truth(&scene, &run);
        assert!(run.rows("failures.csv").is_empty(), "{fault}");
    }
}

#[test]
fn run_stopped_while_waiting_is_resumed() {
    let (scene, run) = cut_off(Fault::Redirect);
    run.signal("INT");
    let run = run.finish().exits_with(130);
    let counts = run.counts();
    assert_eq!((counts.failed, counts.not_found), (0, 0));
    assert_eq!(run.summary()["ended"], "interrupted");
    scene.tenant.fail_every_call(None);
    let calls = scene.tenant.log().calls.len();
    let run = scene.report(&FORMATS).exits_with(0);
    let run = run.complains("Resuming the run started at");
    let left = scene.tenant.log().calls.len() - calls;
    assert_eq!(left as u64, counts.pending, "nothing is asked for twice");
    assert_truth(&scene, &run);
}

/// Asserts that foreign replies stopped a run after few calls, and that it can be resumed.
#[track_caller]
fn was_stopped(scene: &Scene, run: Finished) -> Finished {
    let address = scene.tenant.api_url().as_str().trim_end_matches('/');
    let run = run
        .exits_with(5)
        .complains("error: stopped early because none of the replies from ")
        .complains(address)
        .complains("came from the service itself: HTTP ")
        .hints("--api-url")
        .hints("no proxy, firewall or sign-in page answers in its place");
    let summary = run.summary();
    assert_eq!(summary["outcome"], "partial");
    assert_eq!(summary["ended"], "failing");
    assert_eq!(run.counts().pending, MACHINES as u64, "no machine failed");
    let calls = scene.tenant.log().calls.len();
    assert!((20..=28).contains(&calls), "{calls} calls");
    assert_eq!(summary["requests"]["retried"], 3, "the scouts alone");
    run
}

#[test]
fn foreign_replies_from_the_start_stop_the_run_after_twenty_calls() {
    for fault in STRANGERS {
        let scene = scene();
        scene.tenant.fail_every_call(Some(fault));
        let run = scene.report(&["--min-coverage", "0", "--format", "csv,json"]);
        was_stopped(&scene, run);
        scene.tenant.fail_every_call(None);
        let run = scene.report(&FORMATS).exits_with(0);
        let run = run.complains("Resuming the run started at");
        assert_truth(&scene, &run);
    }
}

#[test]
fn foreign_404_is_described() {
    let scene = scene();
    let wrong = format!("{}elsewhere", scene.tenant.api_url());
    // The service itself does not know this path, and replies in its own format.
    let run = scene.report(&["--api-url", &wrong]).exits_with(5);
    assert_eq!(run.counts().not_found, MACHINES as u64);

    scene.tenant.fail_every_call(Some(Fault::NotFoundJson));
    let run = scene.report(&FORMATS);
    run.complains(
        "HTTP 404: something else instead of a reply from the service; it \
                   says: Resource",
    );
}

/// As a flag, as a variable and in the file.
#[test]
fn api_url_may_end_in_api() {
    let scene = Scene::with_machines(3);
    let base = scene.tenant.api_url().as_str();
    for path in ["api", "API/", "api/machines", "/api//"] {
        let url = format!("{base}{path}");
        let run = scene.report(&["--api-url", &url, "--fresh"]).exits_with(0);
        assert_eq!(run.summary()["apiUrl"], base);

        let mut command = scene.command(&["report", "machines.csv", "--fresh"]);
        let run = scene.finish(command.env("PATCHGAP_API_URL", &url));
        assert_truth(&scene, &run.exits_with(0));

        scene.write("patchgap.toml", format!("api_url = \"{url}\"\n"));
        let mut command = scene.command(&["report", "machines.csv", "--fresh"]);
        let run = scene.finish(command.env_remove("PATCHGAP_API_URL"));
        assert_truth(&scene, &run.exits_with(0));
        std::fs::remove_file(scene.path("patchgap.toml")).unwrap();
    }
    let log = scene.tenant.log();
    assert_eq!(log.calls.len(), 4 * 3 * 3);
    assert!(log.calls.iter().all(|call| call.status == Some(200)));
}

#[test]
fn single_foreign_reply_is_retried() {
    let ids = fleet_ids(STRANGERS.len());
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        let script = ids.iter().zip(STRANGERS);
        settings.faults.script = script.map(|(id, fault)| (*id, vec![fault])).collect();
    });
    let run = scene.report(&FORMATS).exits_with(0);
    assert_truth(&scene, &run);
    let expected = Counts {
        answered: 40,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
}

#[test]
fn check_recognises_foreign_replies() {
    for fault in STRANGERS {
        let scene = Scene::with_machines(1);
        scene.tenant.fail_every_call(Some(fault));
        let run = scene.run(&["check"]).exits_with(5);
        run.complains("signed in, but the service does not answer")
            .hints("--api-url");
    }
}
