//! A store that an earlier version wrote: nothing is lost, and what is new is filled in.

use std::fs;

use rusqlite::Connection;

use crate::common::{Scene, project};

/// A store of version 1 with two runs of twelve machines.
fn older_store() -> Scene {
    let scene = Scene::with_machines(12);
    let kept = project().join("tests/fixtures/store/version-1.sqlite");
    fs::copy(kept, scene.path("store.sqlite")).unwrap();
    scene
}

#[test]
fn its_runs_are_there_with_their_figures() {
    let scene = older_store();
    let runs = scene.run(&["runs"]).exits_with(0).stdout;
    assert_eq!(runs.lines().count(), 3, "{runs}");
    let store = Connection::open(scene.path("store.sqlite")).unwrap();
    let figures = "SELECT withGaps, kbs, gaps, exposure FROM runs WHERE run = ?1";
    let counted = "SELECT count(DISTINCT machineId), count(DISTINCT kbId), count(*),
        sum(cveAddressed) FROM gaps WHERE run = ?1";
    for run in [1, 2] {
        let read = |query: &str| {
            let row = |row: &rusqlite::Row<'_>| {
                let cell = |column| row.get::<_, i64>(column);
                Ok([cell(0)?, cell(1)?, cell(2)?, cell(3)?])
            };
            store.query_row(query, [run], row).unwrap()
        };
        assert_eq!(read(figures), read(counted), "run {run}");
    }
}

#[test]
fn its_reports_are_written_again_with_what_changed() {
    let scene = older_store();
    let mut offline = scene.bare(&["report", "--offline", "--state", "store.sqlite"]);
    let run = scene.finish(&mut offline).exits_with(0);
    let changes = run.summary()["changes"].clone();
    assert_eq!(
        (&changes["base"]["run"], &changes["new"]),
        (&1.into(), &0.into())
    );
    assert_eq!(changes["stillMissing"], run.summary()["gaps"]);
}

#[test]
fn it_is_gone_on_with() {
    let scene = older_store();
    scene.report(&[]).exits_with(0);
    let runs = scene.run(&["runs"]).exits_with(0).stdout;
    assert_eq!(runs.lines().count(), 4, "{runs}");
}
