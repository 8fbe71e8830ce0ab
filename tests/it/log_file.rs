//! `--log-file`: the log of an unattended job.

use std::fs;

use serde_json::Value;

use crate::common::Scene;

#[test]
fn quiet_run_and_its_failure_are_in_the_file() {
    let scene = Scene::with_machines(3);
    let log = "--log-file=logs/patchgap.log";
    let run = scene.report(&[log, "-q"]).exits_with(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    let read = || fs::read_to_string(scene.path("logs/patchgap.log")).unwrap();
    assert!(read().contains("run finished"), "{}", read());
    assert!(!read().contains('\u{1b}'));
    let failed = scene
        .run(&["report", "nowhere.csv", log, "-q"])
        .exits_with(3);
    assert_eq!(failed.stderr.matches("nowhere.csv").count(), 1);
    let last = read().lines().last().unwrap().to_owned();
    assert!(
        last.contains("nowhere.csv") && last.contains("exit_code=3"),
        "{last}"
    );
    for secret in [scene.tenant.client_secret(), &scene.tenant.tokens()[0]] {
        assert!(!read().contains(secret));
    }
}

#[test]
fn file_has_the_format_of_the_log() {
    let scene = Scene::with_machines(1);
    scene.write(
        "patchgap.toml",
        "log_file = 'patchgap.log'\nlog_format = 'json'\n",
    );
    scene.report(&[]).exits_with(0);
    let text = fs::read_to_string(scene.path("patchgap.log")).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().any(|line| line["message"] == "run finished"));
}

#[test]
fn file_that_cannot_be_opened_is_found_before_any_request() {
    let scene = Scene::with_machines(1);
    let refused = scene.report(&["--log-file=root.pem/a.log"]).exits_with(6);
    refused.complains("cannot write root.pem");
    scene.assert_no_requests();
}

#[test]
fn other_files_get_no_lines() {
    let scene = Scene::with_machines(1);
    let list = fs::read(scene.path("machines.csv")).unwrap();
    let refused = scene.report(&["--log-file=machines.csv"]).exits_with(6);
    refused.complains("cannot write machines.csv: it is not a log of patchgap");
    assert_eq!(fs::read(scene.path("machines.csv")).unwrap(), list);
    scene.assert_no_requests();
}
