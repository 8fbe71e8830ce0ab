//! `patchgap diff`, and `report --offline --run`: any stored run.

use std::fs;

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
        "carried, never counted as resolved",
        "most changed KBs",
    ] {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
}

#[test]
fn backwards_diff_swaps_new_and_resolved() {
    let (scene, _) = two_nights();
    let counts = |from: &str, to: &str| {
        let told = scene
            .run(&["diff", from, to, "--format=json", "--no-replaced"])
            .exits_with(0);
        let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
        ["new", "resolved", "stillMissing", "replaced"].map(|class| told[class].as_u64().unwrap())
    };
    let [new, resolved, still, replaced] = counts("1", "2");
    assert_eq!(counts("2", "1"), [resolved, new, still, replaced]);
    assert!(new > 0 && resolved > 0 && still > 0);
    let [new, resolved, ..] = counts("2", "2");
    assert_eq!((new, resolved), (0, 0));
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
            .hints("the last runs are 2 (");
    }
}

#[test]
fn diff_needs_an_earlier_run() {
    let scene = Scene::with_machines(3);
    scene.run(&["diff"]).exits_with(3).complains("is not there");
    scene.report(&[]).exits_with(0);
    scene
        .run(&["diff"])
        .exits_with(3)
        .complains("there is nothing to compare run 1 with")
        .hints("patchgap runs");
}

#[test]
fn contradicting_arguments_are_usage_errors() {
    let (scene, _) = two_nights();
    for (arguments, problem) in [
        (
            &["report", "machines.csv", "--run", "1"][..],
            "only --offline",
        ),
        (
            &["report", "machines.csv", "--offline", "--run", "1"],
            "a list of its own",
        ),
        (&["diff", "--format", "pdf"], "text, csv, json"),
        (&["diff", "one"], "whole number"),
        (&["diff", "1", "2", "3"], "unexpected argument"),
    ] {
        scene.run(arguments).exits_with(2).complains(problem);
    }
}
