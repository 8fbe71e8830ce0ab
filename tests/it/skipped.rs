//! Machines that the list itself says to skip: they have a row, and are never requested.

use crate::common::Scene;

/// A list whose first machines have these reasons.
fn write_list(scene: &Scene, reasons: &[&str]) {
    let machines = scene.tenant.fleet().machines().iter();
    let reasons = reasons.iter().chain(std::iter::repeat(&""));
    let rows = machines.zip(reasons);
    let rows: Vec<String> = rows
        .map(|(machine, reason)| format!("{0},host-{0},{reason},web", machine.id))
        .collect();
    let columns = "machineId,deviceName,skippedBecause,site";
    let list = format!("{columns}\n{}\n", rows.join("\n"));
    scene.write("list.csv", list);
}

#[test]
fn skipped_machines_have_a_row_and_are_not_requested() {
    let scene = Scene::with_machines(20);
    write_list(&scene, &["notWindows", "silent", "", "retired", "silent"]);
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    let summary = run.summary();
    let machines = &summary["machines"];
    assert_eq!(machines["answered"], 16);
    assert_eq!(machines["skipped"], 4);
    let reasons = serde_json::json!({"notWindows": 1, "silent": 2, "filtered": 1});
    assert_eq!(machines["skippedBecause"], reasons);
    assert_eq!(summary["inventory"]["machines"], 20);
    assert_eq!(summary["inventory"]["rows"], 20);
    assert_eq!(summary["requests"]["sent"], 16);
    let line = "4 machines on the list were skipped: 1 not Windows, 2 not seen lately, 1 left out by a filter";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    assert_eq!(run.rows("failures.csv").len(), 0);

    let files = ["machines.csv", "kbs.csv", "failures.csv"];
    let before = files.map(|file| run.bytes(file));
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(files.map(|file| again.bytes(file)), before);
}

#[test]
fn rows_of_skipped_machines_have_the_reason_and_no_figures() {
    let scene = Scene::with_machines(20);
    write_list(&scene, &["notWindows", "silent"]);
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    let rows = run.rows("machines.csv");
    assert_eq!(rows.len(), 20);
    let (skipped, others): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row["status"] == "skipped");
    assert_eq!(skipped.len(), 2);
    for row in skipped {
        assert_eq!((&*row["rank"], &*row["site"]), ("", "web"));
        assert!(!row["skippedBecause"].is_empty());
    }
    assert!(others.iter().all(|row| row["skippedBecause"].is_empty()));
}

#[test]
fn gaps_of_a_machine_that_is_skipped_now_are_out_of_scope() {
    let scene = Scene::with_machines(20);
    let machines = scene.tenant.fleet().machines();
    let worst = machines
        .iter()
        .position(|it| !it.missing.is_empty())
        .unwrap();
    write_list(&scene, &[]);
    scene.run(&["report", "list.csv"]).exits_with(0);
    let mut reasons = vec![""; worst];
    reasons.push("filtered");
    write_list(&scene, &reasons);
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    let id = machines[worst].id.to_string();
    let changes = run.rows("changes.csv");
    let of_it: Vec<_> = changes
        .iter()
        .filter(|row| row["machineId"] == id)
        .collect();
    assert_eq!(of_it.len(), machines[worst].missing.len());
    assert!(of_it.iter().all(|row| row["change"] == "outOfScope"));
    let moved = &run.summary()["changes"]["machines"];
    assert_eq!((&moved["skipped"], &moved["left"]), (&1.into(), &0.into()));
    assert!(
        run.stdout.contains("1 machine is skipped now"),
        "{}",
        run.stdout
    );
    // The names come from the list, where it still is.
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    assert!(page.contains(&format!("host-{id} ({id}): ")));
    let diff = scene.run(&["diff"]).exits_with(0);
    assert!(
        diff.stdout.contains(&format!("host-{}", &id[..8])),
        "{}",
        diff.stdout
    );
}

#[test]
fn a_list_that_skips_every_machine_is_refused() {
    let scene = Scene::with_machines(3);
    write_list(&scene, &["silent", "silent", "x"]);
    let run = scene.run(&["report", "list.csv"]).exits_with(3);
    run.complains("skips every machine (3 of them)");
    assert!(scene.tenant.log().calls.is_empty());
}
