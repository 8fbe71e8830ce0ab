//! `--dry-run`: the plan, and nothing else.

use crate::common::{Finished, Scene};

/// Demands exactly this under a name of the plan.
#[track_caller]
fn plans(run: &Finished, name: &str, text: &str) {
    let line = format!("{name:<14} {text}");
    let mut lines = run.stdout.lines();
    assert!(
        lines.any(|found| found == line),
        "no `{line}`:\n{}",
        run.stdout
    );
}

#[test]
fn a_plan_and_no_call_no_sign_in_no_reports() {
    let scene = Scene::with_machines(30);
    let inventory = scene.tenant.inventory_csv();
    let first = inventory.lines().nth(1).unwrap();
    scene.write(
        "machines.csv",
        format!("{inventory}x,web-01,,,\n{first}\n{first}\n"),
    );
    let run = scene.report(&["--dry-run"]).exits_with(0);
    let rows = "machines.csv: 30 machines, 2 rows repeat one of them, 1 row holds no machine id";
    plans(&run, "inventory", rows);
    plans(
        &run,
        "calls",
        "30, one a machine; more where an answer fails",
    );
    plans(&run, "quota", "none, paced at none");
    plans(
        &run,
        "reports",
        "kbs.csv, machines.csv, gaps.csv, failures.csv, report.html, report.xlsx, report.json, \
         summary.json in reports",
    );
    assert!(run.stdout.contains("\ntime           about "));
    assert!(!scene.path("reports").exists());
    scene.was_left_alone();
}

#[test]
fn no_credentials_are_needed_and_the_quota_makes_the_time() {
    let scene = Scene::with_machines(300);
    let run = scene.finish(&mut scene.bare(&["report", "machines.csv", "--dry-run"]));
    let run = run.exits_with(0);
    plans(&run, "quota", "100/min,1500/h, paced at 10/s");
    // A hundred at once, the second hundred a minute later, the third another minute later.
    assert!(
        run.stdout.contains("\ntime           about 2 min"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_was_used_already_and_the_end_of_the_time_are_told() {
    let scene = Scene::with_machines(4);
    scene.report(&["--rate-limit", "4/h"]).exits_with(0);
    let run = scene.report(&["--dry-run", "--rate-limit", "4/h", "--budget", "30s"]);
    let run = run.exits_with(0);
    plans(&run, "used already", "4 of 4 calls");
    for line in ["\ntime           about 1 h", "\nasking stops   "] {
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
}

#[test]
fn a_bad_inventory_is_found() {
    let scene = Scene::with_machines(1);
    let run = scene.run(&["report", "nowhere.csv", "--dry-run"]);
    run.exits_with(3).complains("no such file");
}
