//! Where each answer comes from: a call of the run, or an earlier one.

use patchgap::domain::machine::MachineId;

use crate::common::{Finished, Scene, fleet_ids};

const MACHINES: usize = 12;

const FIRST_LINE: &str = "4 of 12 machines were queried, 8 kept from earlier runs";

/// A tenant whose machines were all answered, and a second run that asks four of them.
fn second_run() -> (Scene, Finished, Vec<MachineId>) {
    let scene = Scene::with_machines(MACHINES);
    let first = scene.report(&[]).exits_with(0);
    assert!(
        !first.stdout.contains("kept from earlier runs"),
        "{}",
        first.stdout
    );
    assert_eq!(sources(&first), [MACHINES, 0]);
    let ids = fleet_ids(MACHINES);
    scene.kept().age_answers(&ids[..4], 21);
    let run = scene.report(&["--max-age", "20h"]).exits_with(0);
    (scene, run, ids)
}

/// The number of machines that were queried, and of those that keep their answers.
fn sources(run: &Finished) -> [usize; 2] {
    let rows = run.rows("machines.csv");
    let count = |word: &str| rows.iter().filter(|row| row["source"] == word).count();
    let counts = ["calls", "kept"].map(count);
    let summary = &run.summary()["sources"];
    assert_eq!(summary["inferred"], 0);
    assert_eq!(
        ["calls", "kept"].map(|it| usize::try_from(summary[it].as_u64().unwrap()).unwrap()),
        counts
    );
    counts
}

#[test]
fn first_line_says_how_many_machines_were_asked() {
    let (scene, run, ids) = second_run();
    assert_eq!(run.stdout.lines().next(), Some(FIRST_LINE));
    assert_eq!(sources(&run), [4, MACHINES - 4]);
    for (place, id) in ids.into_iter().enumerate() {
        let row = run.row("machines.csv", id);
        let expected = if place < 4 { "calls" } else { "kept" };
        assert_eq!(
            (&*row["source"], &*row["inferredFrom"]),
            (expected, ""),
            "{id}"
        );
    }
    let of_machines = run.rows("machines.csv").into_iter();
    let of_machines: std::collections::BTreeMap<_, _> = of_machines
        .map(|row| (row["machineId"].clone(), row["source"].clone()))
        .collect();
    for row in run.rows("gaps.csv") {
        assert_eq!(row["source"], of_machines[&row["machineId"]]);
    }
    // The same from the store.
    let again = scene.report(&["--offline"]).exits_with(0);
    assert_eq!(again.stdout.lines().next(), Some(FIRST_LINE));
    assert_eq!(again.rows("machines.csv"), run.rows("machines.csv"));
}

#[test]
fn store_says_where_each_answer_comes_from() {
    let (scene, run, _) = second_run();
    let store = rusqlite::Connection::open(scene.path("store.sqlite")).unwrap();
    let query = "SELECT count(*), count(inferredFrom) FROM machines
                 WHERE source = ?1 AND run = (SELECT max(run) FROM runs)";
    let count = |word: &str| {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        store.query_row(query, [word], read).unwrap()
    };
    let expected = sources(&run).map(|machines| (machines, 0));
    assert_eq!(["calls", "kept"].map(count), expected);
}
