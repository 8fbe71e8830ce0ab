//! `patchgap forget`: a machine that is gone from every run, and from the file.

use std::fs;

use crate::common::{Scene, fleet_ids, wait_until};

/// Whether any file of the store has this text.
fn is_in_store(scene: &Scene, text: &str) -> bool {
    let files = fs::read_dir(scene.folder()).unwrap();
    let mut files = files.map(|it| it.unwrap().path()).filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("store.sqlite")
    });
    let text = text.as_bytes();
    files.any(|path| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text)
    })
}

#[test]
fn forgotten_machine_is_in_no_run_and_in_no_byte_of_the_store() {
    let scene = Scene::with_machines(12);
    let night = ["--source=cohorts", "--cross-check=hunting", "--check-list"];
    scene.report(&night).exits_with(0);
    scene.report(&night).exits_with(0);
    let ids = fleet_ids(12);
    let (gone, kept) = (ids[3], ids[4]);
    let before = scene.run(&["report", "--offline"]).exits_with(0);
    let name = before.row("machines.csv", gone)["machineName"].clone();
    let before = before.row("machines.csv", kept);
    for text in [&gone.to_string(), &name] {
        assert!(is_in_store(&scene, text), "{text}");
    }

    let forgot = scene.run(&["forget", &gone.to_string()]).exits_with(0);
    assert!(
        forgot.stdout.starts_with("forgot 1 machine, in 2 runs; "),
        "{}",
        forgot.stdout
    );
    for text in [&gone.to_string(), &name] {
        assert!(!is_in_store(&scene, text), "{text}");
    }
    for run in ["--run=1", "--run=2"] {
        let again = scene.run(&["report", "--offline", run]).exits_with(0);
        assert_eq!(again.rows("machines.csv").len(), 11, "{run}");
    }
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    for column in ["missingKbs", "cveAddressed", "kbIds", "answeredAt"] {
        let after = again.row("machines.csv", kept);
        assert_eq!(after[column], before[column], "{column}");
    }
    // The next night goes on.
    let next = scene.report(&night).exits_with(0);
    assert_eq!(next.rows("machines.csv").len(), 12);
}

#[test]
fn nothing_is_forgotten_if_a_machine_is_unknown() {
    let scene = Scene::with_machines(3);
    scene.report(&[]).exits_with(0);
    let known = fleet_ids(3)[0].to_string();
    let unknown = "f".repeat(40);
    let refused = scene.run(&["forget", &known, &unknown]).exits_with(3);
    refused.complains(&unknown).hints("patchgap show");
    assert!(is_in_store(&scene, &known));
    scene.run(&["forget", "LAP-1"]).exits_with(2);
    // The last machine of a list takes the run along.
    let all: Vec<String> = fleet_ids(3).iter().map(ToString::to_string).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let run = scene.run(&[&["forget", "-q"], &all[..]].concat());
    assert_eq!(run.exits_with(0).stdout, "");
    let runs = scene.run(&["runs"]).exits_with(0);
    assert!(runs.stdout.contains("no runs"), "{}", runs.stdout);
    let check = scene.run(&["check"]).exits_with(0);
    assert!(check.stdout.contains("no runs yet, "), "{}", check.stdout);
}

#[test]
fn store_in_use_is_left_alone() {
    let scene = Scene::with_machines(3);
    let running = scene.report_in_background(&["--rate-limit=1/h"]);
    wait_until("it has begun", || !scene.tenant.log().calls.is_empty());
    let id = fleet_ids(3)[0].to_string();
    let refused = scene.run(&["forget", &id]).exits_with(3);
    refused.complains("another patchgap is running with this store");
    running.kill();
}
