//! `patchgap diff`, and `report --offline --run`: any stored run.

use std::fs;

use serde_json::Value;

use crate::common::{Finished, Scene};

/// The bytes of every report, by its name.
type Files = Vec<(String, Vec<u8>)>;

/// Two nights of a tenant.
fn two_nights() -> (Scene, [Files; 2]) {
    let mut scene = Scene::with_machines(20);
    let first = files(&scene.report(&[]).exits_with(0));
    fs::remove_dir_all(scene.path("reports")).unwrap();
    scene.replace_tenant(|settings| {
        settings.machines = 20;
        settings.nights = 6;
    });
    let second = files(&scene.report(&["--min-coverage", "0"]).exits_with(0));
    (scene, [first, second])
}

fn files(run: &Finished) -> Files {
    let names = run.files().into_iter();
    names.map(|name| (name.clone(), run.bytes(&name))).collect()
}

#[test]
fn reports_of_any_run_are_reproduced_byte_for_byte() {
    let (scene, [first, second]) = two_nights();
    let has_changes = |files: &Files| files.iter().any(|it| it.0 == "changes.csv");
    assert_eq!([has_changes(&first), has_changes(&second)], [false, true]);
    for (run, expected) in [("1", first), ("2", second)] {
        let again = scene.run(&["report", "--offline", "--min-coverage", "0", "--run", run]);
        let again = files(&again.exits_with(0));
        assert_eq!(
            again, expected,
            "run {run}; what only the other one has is gone"
        );
    }
}

#[test]
fn diff_compares_the_same_runs_as_the_reports_by_default() {
    let (scene, [_, second]) = two_nights();
    let report = |name: &str| {
        let (_, bytes) = second.iter().find(|(found, _)| found == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    for arguments in [&[][..], &["1"], &["1", "2"]] {
        let csv = scene.run(&[&["diff", "--format", "csv"], arguments].concat());
        assert_eq!(
            csv.exits_with(0).stdout,
            report("changes.csv"),
            "{arguments:?}"
        );
    }
    let json = scene.run(&["diff", "--format=json"]).exits_with(0);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&report("summary.json")).unwrap();
    assert_eq!(told, summary["changes"]);
    let text = scene.run(&["diff"]).exits_with(0).stdout;
    for part in [
        "Since ",
        "still missing",
        "carried over, never counted as resolved",
        "most changed KBs",
    ] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
}

/// The changes as `patchgap diff --format json` prints them.
fn told(scene: &Scene, arguments: &[&str]) -> Value {
    let json = scene.run(&[&["diff", "--format=json"], arguments].concat());
    serde_json::from_str(&json.exits_with(0).stdout).unwrap()
}

#[test]
fn diff_runs_forwards_in_whichever_order_the_runs_are_named() {
    let (scene, _) = two_nights();
    let forwards = told(&scene, &["1", "2", "--no-replaced"]);
    assert_eq!(told(&scene, &["2", "1", "--no-replaced"]), forwards);
    assert_eq!(forwards["base"]["run"], 1);
    assert!(forwards["new"].as_u64() > Some(0) && forwards["resolved"].as_u64() > Some(0));
    let same = told(&scene, &["2", "2"]);
    assert_eq!((&same["new"], &same["resolved"]), (&0.into(), &0.into()));
}

/// Three nights, the first about a week before the others.
fn a_week() -> (Scene, Finished) {
    let mut scene = Scene::with_machines(20);
    scene.report(&[]).exits_with(0);
    let mut run = None;
    for (nights, hours) in [(5, 5 * 24 + 18), (6, 24)] {
        scene.kept().age_runs(hours);
        scene.replace_tenant(|settings| {
            settings.machines = 20;
            settings.nights = nights;
        });
        scene.write("machines.csv", scene.tenant.inventory_csv());
        run = Some(scene.report(&[]).exits_with(0));
    }
    (scene, run.unwrap())
}

#[test]
fn last_week_is_compared_with_beside_the_last_run() {
    let (scene, run) = a_week();
    let summary = run.summary();
    assert_eq!(summary["changes"], told(&scene, &["2", "3"]));
    assert_eq!(summary["lastWeek"], told(&scene, &["1", "3"]));
    assert_ne!(summary["changes"], summary["lastWeek"]);
    // Two comparisons in one process do not get into each other's way.
    let csv = scene.run(&["diff", "2", "3", "--format", "csv"]);
    let rows = String::from_utf8(run.bytes("changes.csv")).unwrap();
    assert_eq!(csv.exits_with(0).stdout, rows);
    let again = scene.run(&["report", "--offline"]);
    assert_eq!(
        again.exits_with(0).summary()["lastWeek"],
        summary["lastWeek"]
    );
    let first = scene
        .run(&["report", "--offline", "--run", "1"])
        .exits_with(0);
    assert_eq!(first.summary().get("lastWeek"), None);
}

#[test]
fn diff_since_compares_with_the_latest_whole_run_of_that_age() {
    let (scene, run) = a_week();
    let base = |since: &str| told(&scene, &["--since", since])["base"]["run"].clone();
    assert_eq!(told(&scene, &["--since", "7d"]), run.summary()["lastWeek"]);
    assert_eq!([base("1d"), base("25h")], [2, 2]);
    assert_eq!([base("2d"), base("6d")], [1, 1]);
    // A run without enough answers is not used as the base.
    scene
        .kept()
        .execute("UPDATE run SET answered = 19, failed = 1 WHERE id = 2");
    assert_eq!(base("1d"), 1);
    let run = scene.run(&["diff", "--since", "8d"]).exits_with(3);
    run.complains("no whole run of these machines is at least 8 d older than run 3")
        .hints("patchgap runs");
}

#[test]
fn unknown_run_is_refused_with_the_latest_runs_in_the_hint() {
    let (scene, _) = two_nights();
    for arguments in [
        &["diff", "7"][..],
        &["diff", "1", "7"],
        &["report", "--offline", "--run", "7"],
    ] {
        let run = scene.run(arguments).exits_with(3);
        run.complains("run 7 does not exist")
            .hints("the latest runs are 2 (");
    }
}

#[test]
fn diff_needs_an_earlier_run() {
    let scene = Scene::with_machines(3);
    scene
        .run(&["diff"])
        .exits_with(3)
        .complains("does not exist");
    scene.report(&[]).exits_with(0);
    scene
        .run(&["diff"])
        .exits_with(3)
        .complains("run 1 has no earlier run to compare with")
        .hints("patchgap runs");
}

#[test]
fn contradicting_arguments_are_usage_errors() {
    let (scene, _) = two_nights();
    for (arguments, problem) in [
        (
            &["report", "machines.csv", "--run", "1"][..],
            "only works with --offline",
        ),
        (
            &["report", "machines.csv", "--offline", "--run", "1"],
            "its own list",
        ),
        (&["diff", "--format", "pdf"], "text, csv, json"),
        (&["diff", "one"], "whole number"),
        (&["diff", "1", "--since", "7d"], "cannot be used with"),
        (&["diff", "--since", "7"], "such as 90m, 20h or 7d"),
        (&["diff", "1", "2", "3"], "unexpected argument"),
    ] {
        scene.run(arguments).exits_with(2).complains(problem);
    }
}
