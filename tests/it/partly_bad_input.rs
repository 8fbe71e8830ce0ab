//! An inventory with some bad rows: the rest is reported, and the bad rows are listed.

use serde_json::json;

use crate::common::{Finished, Scene};

/// Asserts the numbers of rows, machines, duplicates and invalid rows.
#[track_caller]
fn adds_up(run: &Finished, [rows, machines, duplicates, invalid]: [u64; 4]) {
    let inventory = &run.summary()["inventory"];
    let found = ["rows", "machines", "duplicates", "invalid"].map(|key| inventory[key].clone());
    let expected = [rows, machines, duplicates, invalid].map(|count| json!(count));
    assert_eq!(found, expected);
    assert_eq!(rows, machines + duplicates + invalid);
    assert_eq!(run.rows("machines.csv").len() as u64, machines);
}

/// The inventory of the tenant, with these rows inserted after its first machine.
fn with_rows(scene: &Scene, rows: &[&str]) -> String {
    let inventory = scene.tenant.inventory_csv();
    let mut lines: Vec<&str> = inventory.lines().collect();
    lines.splice(2..2, rows.iter().copied());
    lines.join("\n")
}

#[test]
fn invalid_ids_are_listed_and_the_rest_is_reported() {
    let scene = Scene::with_machines(3);
    let rows = ["x,web 01,,,", "", "y, 12345 ,,,", "z,,,,"];
    scene.write("machines.csv", with_rows(&scene, &rows));
    let run = scene.report(&[]).exits_with(5);
    adds_up(&run, [6, 3, 0, 3]);
    assert_eq!(run.summary()["outcome"], "partial");
    assert!(
        run.stdout
            .contains("3 of 3 machines answered (100.0 %); 3 invalid rows")
    );

    let failures: Vec<[String; 4]> = run
        .rows("failures.csv")
        .iter()
        .map(|row| ["line", "input", "reason", "attempts"].map(|key| row[key].clone()))
        .collect();
    let expected = [("3", "web 01"), ("5", " 12345 "), ("6", "")];
    let expected = expected.map(|(line, input)| [line, input, "invalidId", "0"]);
    assert_eq!(failures, expected);
}

#[test]
fn invalid_ids_are_never_sent() {
    let scene = Scene::with_machines(2);
    scene.write("machines.csv", with_rows(&scene, &["x,../../token,,,"]));
    scene.report(&[]).exits_with(5);
    let log = scene.tenant.log();
    assert_eq!(log.calls.len(), 2);
    assert!(log.calls.iter().all(|call| call.machine.is_some()));
}

#[test]
fn duplicates_are_requested_once() {
    let scene = Scene::with_machines(3);
    let first = scene.tenant.fleet().machines()[0].id.to_string();
    let [again, shouted] = [
        format!("again,{first},,,"),
        format!("shouted,\" {} \",,,", first.to_uppercase()),
    ];
    scene.write("machines.csv", with_rows(&scene, &[&again, &shouted]));
    let run = scene.report(&[]).exits_with(0);
    adds_up(&run, [5, 3, 2, 0]);
    assert!(run.rows("failures.csv").is_empty());
    assert_eq!(scene.tenant.log().calls.len(), 3);

    let machines = run.rows("machines.csv");
    let kept = machines.iter().find(|row| row["machineId"] == first);
    assert_eq!(
        kept.unwrap()["DeviceName"],
        scene.tenant.fleet().machines()[0].name
    );
}

#[test]
fn blank_lines_are_skipped() {
    let scene = Scene::with_machines(3);
    let blank = ["", "   ", ",,,,", " , ,,,", ""];
    scene.write("machines.csv", with_rows(&scene, &blank) + "\n\n\n");
    let run = scene.report(&[]).exits_with(0);
    adds_up(&run, [3, 3, 0, 0]);
}

#[test]
fn inventory_is_read_from_standard_input() {
    let scene = Scene::with_machines(3);
    let run = scene.pipe(&["report", "-"], with_rows(&scene, &["x,web 01,,,"]));
    let run = run.exits_with(5);
    adds_up(&run, [4, 3, 0, 1]);
    assert_eq!(run.summary()["inventory"]["file"], "-");
    assert_eq!(run.rows("failures.csv")[0]["line"], "3");
}

#[test]
fn rows_with_surplus_cells_are_warned_about() {
    let scene = Scene::with_machines(2);
    let inventory = scene.tenant.inventory_csv().replace("BER\n", "BER,more\n");
    scene.write("machines.csv", inventory.trim_end().to_owned() + ",more\n");
    let run = scene.report(&[]).exits_with(0);
    run.complains("WARN")
        .complains("machines.csv have more cells than its 5 columns");
}
