//! A full disk: at the start nothing is requested; in mid-run the run stops and loses no answer.

use rusqlite::Connection;

use crate::common::{Finished, Scene, assert_truth};

const MACHINES: usize = 400;

/// `patchgap report machines.csv` with a file size limit in kilobytes, which fails like a full disk.
fn with_room(scene: &Scene, kilobytes: u32, arguments: &[&str]) -> Finished {
    let state = ["report", "machines.csv", "--state", "store.sqlite"];
    let limits = format!("trap '' XFSZ; ulimit -f {}", kilobytes * 2);
    scene.finish(&mut scene.through_shell(&limits, &[&state, arguments].concat()))
}

/// The same without a limit.
fn with_enough_room(scene: &Scene) -> Finished {
    scene.report(&["--state", "store.sqlite"])
}

/// Asserts that the store is sound, and returns its number of answers of the last run.
#[track_caller]
fn sound(scene: &Scene) -> usize {
    let store = Connection::open(scene.path("store.sqlite")).unwrap();
    let found: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    let count = "SELECT count(answer) FROM run_machine WHERE run = (SELECT max(id) FROM run)";
    store.query_row(count, [], |row| row.get(0)).unwrap()
}

#[test]
fn run_is_refused_without_room_for_a_store() {
    let scene = Scene::with_machines(MACHINES);
    for kilobytes in [2, 50] {
        let run = with_room(&scene, kilobytes, &[]).exits_with(3);
        run.complains("error: the store store.sqlite ")
            .hints("disk");
        assert!(!scene.path("reports/summary.json").exists());
    }
    assert!(scene.tenant.log().calls.is_empty());
    let run = with_enough_room(&scene).exits_with(0);
    assert_truth(&scene, &run);
}

/// The reports fit and contain every answer.
#[test]
fn disk_full_in_mid_run_stops_early_and_loses_nothing() {
    let scene = Scene::with_machines(MACHINES);
    let run = with_room(&scene, 500, &["--format", "json", "--pace", "300/s"]).exits_with(5);
    let run = run
        .complains("error: stopped early because answers could no longer be stored: ")
        .hints("run again to resume");
    let calls = scene.tenant.log().calls.len();
    let counts = run.counts();
    assert!(calls > 3 && calls < MACHINES, "{calls} calls");
    assert_eq!(counts.answered, calls as u64, "each answer is reported");
    assert_eq!(counts.pending, (MACHINES - calls) as u64);
    goes_on(&scene, calls);
}

/// The reports do not fit, because most answers existed already; stored answers remain for the next
/// run.
#[test]
fn disk_full_for_the_reports_too_keeps_the_earlier_ones() {
    let scene = Scene::with_machines(MACHINES);
    let inventory = scene.tenant.inventory_csv();
    let lines: Vec<&str> = inventory.lines().take(MACHINES - 50).collect();
    scene.write("machines.csv", lines.join("\n"));
    with_enough_room(&scene).exits_with(0);
    let calls = scene.tenant.log().calls.len();
    scene.write("machines.csv", inventory);
    scene.write("reports/kbs.csv", "earlier");
    let run = with_room(&scene, 200, &["--pace", "100/s", "--max-age", "1h"]);
    let run = run
        .exits_with(6)
        .complains("Answers could no longer be stored: the store store.sqlite ")
        .complains("error: cannot write reports/gaps.csv: ")
        .hints("the earlier reports are as they were");
    assert_eq!(run.bytes("kbs.csv"), b"earlier");
    let asked = scene.tenant.log().calls.len() - calls;
    assert!((1..50).contains(&asked), "{asked} calls");
    goes_on(&scene, calls + asked);
}

/// Asserts that the next run, with room, requests only what was not stored.
#[track_caller]
fn goes_on(scene: &Scene, calls: usize) {
    let stored = sound(scene);
    assert!(stored > 0 && stored <= calls, "{stored} of {calls}");
    let run = with_enough_room(scene).exits_with(0);
    assert_truth(scene, &run);
    let again = scene.tenant.log().calls.len() - calls;
    assert_eq!(again, MACHINES - stored);
    let run = run.complains("Resuming the run");
    assert_eq!(run.summary()["outcome"], "complete");
}

#[test]
fn no_room_for_temporary_files_of_the_workbook_is_an_error() {
    let scene = Scene::with_machines(MACHINES);
    with_enough_room(&scene).exits_with(0);
    let run = with_room(&scene, 100, &["--offline", "--format", "xlsx"]).exits_with(6);
    let run = run
        .complains("error: cannot write ")
        .hints("make room on the disk");
    let run = run.complains("no room for the temporary files of the workbook");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}
