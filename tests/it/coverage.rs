//! The minimum coverage of a complete run.

use patchgap::simulator::{Fault, Fleet};

use crate::common::Scene;

/// A tenant of eight machines, the first of which always fails.
fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = 8;
        let first = Fleet::generate(settings.seed, 1).machines()[0].id;
        settings.faults.forever.insert(first, Fault::BadRequest);
    })
}

#[test]
fn coverage_at_the_minimum_is_complete() {
    let scene = scene();
    for (share, code, outcome) in [
        ("100", 5, "partial"),
        ("87.6", 5, "partial"),
        ("87.5", 0, "complete"),
        ("87.5%", 0, "complete"),
        ("0", 0, "complete"),
    ] {
        let run = scene.report(&["--min-coverage", share]).exits_with(code);
        assert_eq!(run.summary()["outcome"], outcome, "{share}");
    }
}

#[test]
fn unanswered_machines_are_listed_at_any_minimum() {
    let scene = scene();
    let run = scene.report(&["--min-coverage", "50"]).exits_with(0);
    let first = scene.tenant.fleet().machines()[0].id.to_string();
    let failures = run.rows("failures.csv");
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0]["machineId"], first);
    assert!(
        run.stdout
            .contains("\n7 of 8 machines answered (87.5 %); 1 failed\n")
    );

    let machines = run.rows("machines.csv");
    let last = machines.last().unwrap();
    let told = ["machineId", "status", "rank", "missingKbs"].map(|column| &*last[column]);
    assert_eq!(told, [&*first, "failed", "", ""]);
}

#[test]
fn invalid_rows_lower_the_coverage() {
    let scene = Scene::with_machines(3);
    let inventory = scene.tenant.inventory_csv() + "x,web-01,,,\n";
    scene.write("machines.csv", inventory);
    scene.report(&["--min-coverage", "75"]).exits_with(0);
    scene.report(&["--min-coverage", "76"]).exits_with(5);
}
