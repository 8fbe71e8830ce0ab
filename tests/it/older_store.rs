//! A store of a build from before the first release: refused, and left untouched with its WAL file.

use std::{collections::BTreeMap, fs};

use rusqlite::Connection;

use crate::common::Scene;

/// Every command that uses a store.
const COMMANDS: [&[&str]; 6] = [
    &["report", "machines.csv"],
    &["check"],
    &["report", "machines.csv", "--dry-run"],
    &["report", "--offline"],
    &["runs"],
    &["diff"],
];

/// The application id of patchgap's stores: `PGap`.
const APPLICATION_ID: i64 = 0x5047_6170;

/// Creates a store with this version in its header, and returns it open.
fn older_store(scene: &Scene, name: &str, version: i64) -> Connection {
    fs::create_dir_all(scene.path("old")).unwrap();
    let store = Connection::open(scene.path(&format!("old/{name}"))).unwrap();
    store.pragma_update(None, "journal_mode", "wal").unwrap();
    store.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    let tables = format!(
        "PRAGMA application_id = {APPLICATION_ID};
         CREATE TABLE run (id INTEGER PRIMARY KEY, ending TEXT);
         INSERT INTO run VALUES (1, 'finished');
         PRAGMA user_version = {version};"
    );
    store.execute_batch(&tables).unwrap();
    store
}

/// Every file of the store's folder, with its content.
fn files(scene: &Scene) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(scene.path("old")).unwrap();
    let read = entries.map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read(path).unwrap())
    });
    read.collect()
}

#[track_caller]
fn is_refused_untouched(scene: &Scene, name: &str) {
    let state = format!("old/{name}");
    let before = files(scene);
    for command in COMMANDS {
        let run = scene.run(&[command, &["--state", &state]].concat());
        run.exits_with(3)
            .complains("was written by a patchgap from before its first release")
            .hints("move it away");
        assert!(files(scene) == before, "{command:?} changed {name}");
    }
    assert!(scene.tenant.log().calls.is_empty());
    assert!(!scene.path("reports").exists());
}

#[test]
fn older_versions_are_refused_untouched() {
    let scene = Scene::with_machines(3);
    for version in 1..=3 {
        let name = format!("{version}.sqlite");
        drop(older_store(&scene, &name, version));
        is_refused_untouched(&scene, &name);
    }
}

/// As after a kill: the last changes, or all of them, are only in the WAL file.
#[test]
fn older_versions_with_a_wal_file_are_refused_untouched() {
    let scene = Scene::with_machines(3);
    for (name, checkpoint) in [
        ("part.sqlite", "PRAGMA wal_checkpoint(TRUNCATE)"),
        ("all.sqlite", "SELECT 1"),
    ] {
        let store = older_store(&scene, "open.sqlite", 3);
        store.query_row(checkpoint, [], |_| Ok(())).unwrap();
        store
            .execute("INSERT INTO run VALUES (NULL, NULL)", [])
            .unwrap();
        for suffix in ["", "-wal"] {
            let [from, to] = ["open.sqlite", name].map(|it| format!("old/{it}{suffix}"));
            fs::copy(scene.path(&from), scene.path(&to)).unwrap();
        }
        drop(store);
        fs::remove_file(scene.path("old/open.sqlite")).unwrap();
        is_refused_untouched(&scene, name);
    }
}

#[test]
fn moving_the_old_store_away_allows_a_new_one() {
    let scene = Scene::with_machines(3);
    drop(older_store(&scene, "store.sqlite", 3));
    let state = ["--state", "old/store.sqlite"];
    scene.report(&state).exits_with(3);
    fs::rename(scene.path("old/store.sqlite"), scene.path("away.sqlite")).unwrap();
    scene.report(&state).exits_with(0);
}
