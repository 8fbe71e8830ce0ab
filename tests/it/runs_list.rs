//! `patchgap runs`: the runs in the store, latest first.

use patchgap::simulator::Fault;

use crate::common::{Scene, fleet_ids};

/// The rows of the table, each as its words.
fn table(scene: &Scene) -> Vec<Vec<String>> {
    let run = scene.run(&["runs"]).exits_with(0);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    run.stdout.lines().map(words).collect()
}

/// Asserts that a row contains these words in sequence.
#[track_caller]
fn says(row: &[String], words: &[&str]) {
    let found = row.windows(words.len()).any(|window| window == words);
    assert!(found, "no {words:?} in {row:?}");
}

#[test]
fn runs_are_listed_with_outcome_and_coverage() {
    let gone = fleet_ids(1)[0];
    let scene = Scene::with(|settings| {
        settings.machines = 8;
        settings
            .faults
            .script
            .insert(gone, vec![Fault::NotFound; 3]);
    });
    scene.report(&[]).exits_with(5);
    scene.report(&["--max-age", "1h"]).exits_with(0);
    let rows = table(&scene);
    says(&rows[0], &["run", "started", "took", "outcome", "machines"]);
    assert_eq!(rows.len(), 3);
    assert_eq!((&*rows[1][0], &*rows[2][0]), ("2", "1"), "the latest first");
    says(&rows[1], &["complete", "8", "100.0", "%"]);
    says(&rows[2], &["partial", "8", "87.5", "%"]);
    for row in &rows[1..] {
        assert!(row.iter().any(|word| word == "machines.csv"), "{row:?}");
    }
}

#[test]
fn active_or_killed_run_is_unfinished() {
    use crate::common::wait_until;
    let scene = Scene::with_machines(9);
    let run = scene.report_in_background(&["--rate-limit", "4/h"]);
    let answered = |scene: &Scene| scene.kept().answered().len();
    wait_until("some were answered", || {
        scene.tenant.log().calls.len() >= 4 && answered(&scene) == 4
    });
    says(&table(&scene)[1], &["unfinished", "9", "44.4", "%"]);
    run.kill();
    says(&table(&scene)[1], &["unfinished", "9", "44.4", "%"]);
    let run = scene.report_in_background(&["--rate-limit", "4/h"]);
    wait_until("it resumes", || run.said().contains("Resuming"));
    run.signal("INT");
    run.finish().exits_with(130);
    let rows = table(&scene);
    assert_eq!(rows.len(), 2);
    says(&rows[1], &["interrupted", "9", "44.4", "%"]);
}

#[test]
fn keep_runs_limits_the_stored_runs() {
    let scene = Scene::with_machines(3);
    for _ in 0..4 {
        scene.report(&["--keep-runs", "2"]).exits_with(0);
    }
    let rows = table(&scene);
    let numbers: Vec<&str> = rows[1..].iter().map(|row| &*row[0]).collect();
    assert_eq!(numbers, ["4", "3"]);
    scene.run(&["report", "--offline"]).exits_with(0);
}

#[cfg(unix)]
#[test]
fn default_store_path_is_used() {
    let scene = Scene::with_machines(3);
    let run = |arguments: &[&str]| {
        let mut command = scene.command(arguments);
        scene.finish(command.env_remove("PATCHGAP_STATE"))
    };
    run(&["report", "machines.csv"]).exits_with(0);
    let place = scene.path(".local/state/patchgap/patchgap.sqlite");
    assert!(place.exists());
    assert!(!scene.path("store.sqlite").exists());
    let listed = run(&["runs"]).exits_with(0);
    assert!(listed.stdout.contains("complete"), "{}", listed.stdout);
}
