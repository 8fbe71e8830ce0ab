//! Unusable stores: reported before any request, and left untouched.

use std::{
    fs,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::common::{Finished, Scene, assert_truth};
#[cfg(target_os = "linux")]
use crate::common::{set_mode, without_privileges};

/// Every command that opens the store, writing to it or not, with or without the tenant.
const COMMANDS: [&[&str]; 5] = [
    &["report", "machines.csv"],
    &["check"],
    &["report", "machines.csv", "--dry-run"],
    &["report", "--offline"],
    &["runs"],
];

/// A command with this store.
fn with_state(scene: &Scene, command: &[&str], state: &str) -> Finished {
    scene.run(&[command, &["--state", state]].concat())
}

/// A scene whose store, `store.sqlite`, contains a run of ten machines; the tenant has logged its ten
/// calls.
fn with_a_run() -> Scene {
    let scene = Scene::with_machines(10);
    with_state(&scene, COMMANDS[0], "store.sqlite").exits_with(0);
    fs::remove_dir_all(scene.path("reports")).unwrap();
    scene
}

/// Asserts that each of these commands refuses the store with this message, leaves it unchanged and
/// sends nothing.
#[track_caller]
fn is_refused(scene: &Scene, commands: &[&[&str]], state: &str, problem: &str, hint: &str) {
    let path = scene.path(state);
    let before = (fs::read(&path).ok(), scene.tenant.log());
    for command in commands {
        let run = with_state(scene, command, state).exits_with(3);
        run.complains(&format!("{state} "))
            .complains(problem)
            .hints(hint);
        let after = (fs::read(&path).ok(), scene.tenant.log());
        assert!(before.0 == after.0, "{command:?} changed the store");
        assert_eq!(before.1.calls.len(), after.1.calls.len(), "{command:?}");
        assert_eq!(
            before.1.sign_ins.len(),
            after.1.sign_ins.len(),
            "{command:?}"
        );
        assert!(!scene.path("reports/summary.json").exists(), "{command:?}");
    }
}

#[test]
fn folder_as_store_is_refused() {
    let scene = Scene::with_machines(1);
    fs::create_dir(scene.path("folder")).unwrap();
    is_refused(&scene, &COMMANDS, "folder", "(a folder)", "--state");
}

#[test]
fn other_file_as_store_is_refused() {
    let scene = Scene::with_machines(1);
    let inventory = scene.tenant.inventory_csv();
    for content in ["x", "machineId\n", &inventory] {
        scene.write("file", content);
        let problem = "is not a patchgap store (not a SQLite database)";
        is_refused(&scene, &COMMANDS, "file", problem, "choose another file");
    }
}

#[test]
fn database_of_another_program_is_refused() {
    let scene = Scene::with_machines(1);
    for mode in ["wal", "delete"] {
        let other = Connection::open(scene.path(mode)).unwrap();
        other.pragma_update(None, "journal_mode", mode).unwrap();
        other.execute_batch("CREATE TABLE mine (a)").unwrap();
        // Still open: in WAL mode, the committed changes are in the WAL file.
        let problem = "is not a patchgap store (another program's database)";
        is_refused(&scene, &COMMANDS, mode, problem, "choose another file");
    }
}

#[test]
fn store_of_a_newer_version_is_refused() {
    let scene = with_a_run();
    let newer = Connection::open(scene.path("store.sqlite")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let problem = "was written by a newer patchgap: its version is 99, this one reads up to ";
    is_refused(
        &scene,
        &COMMANDS,
        "store.sqlite",
        problem,
        "update patchgap",
    );
}

/// The committed changes are in the WAL file, as after a kill. They are not checkpointed, because
/// that would change a file written by a newer version.
#[test]
fn store_of_a_newer_version_with_a_wal_file_is_left_untouched() {
    let scene = with_a_run();
    let (file, log) = killed_after(&scene, "PRAGMA user_version = 99");
    assert!(!log.is_empty());
    scene.write("killed.sqlite", &file);
    scene.write("killed.sqlite-wal", &log);
    let problem = "was written by a newer patchgap";
    is_refused(&scene, &COMMANDS, "killed.sqlite", problem, "update");
    assert_eq!(fs::read(scene.path("killed.sqlite-wal")).unwrap(), log);
}

/// The store and its WAL file as left by a process that is killed after this statement.
fn killed_after(scene: &Scene, sql: &str) -> (Vec<u8>, Vec<u8>) {
    let path = scene.path("store.sqlite");
    let writer = Connection::open(&path).unwrap();
    writer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    writer.execute_batch(sql).unwrap();
    let log = fs::read(scene.path("store.sqlite-wal")).unwrap();
    (fs::read(path).unwrap(), log)
}

#[test]
fn truncated_store_is_refused_or_whole() {
    let scene = with_a_run();
    let whole = fs::read(scene.path("store.sqlite")).unwrap();
    for (length, problem) in [
        (1, "(not a SQLite database)"),
        (99, "(not a SQLite database)"),
        (100, ""),
        (4095, ""),
        (4096, "is damaged"),
        (whole.len() / 2, "is damaged"),
    ] {
        scene.write("cut.sqlite", &whole[..length]);
        is_refused(&scene, &COMMANDS[..1], "cut.sqlite", problem, "");
        is_refused(&scene, &COMMANDS[3..4], "cut.sqlite", problem, "");
    }
    scene.write("cut.sqlite", &whole[..whole.len() - 4096]);
    is_refused(&scene, &COMMANDS, "cut.sqlite", "is damaged", "backup");
    // Whether the last byte holds anything depends on the order of the pages.
    scene.write("cut.sqlite", &whole[..whole.len() - 1]);
    let run = with_state(&scene, COMMANDS[3], "cut.sqlite");
    if run.code == Some(0) {
        assert_truth(&scene, &run);
    } else {
        run.exits_with(3).complains("is damaged");
    }
}

/// SQLite alone does not notice: the WAL file determines the length of the database.
#[test]
fn truncated_store_with_a_wal_file_is_refused() {
    let scene = with_a_run();
    let (file, log) = killed_after(&scene, "UPDATE run SET active_at_ms = active_at_ms + 1");
    for length in [0, 4096, file.len() / 2, file.len() - 4096] {
        scene.write("cut.sqlite", &file[..length]);
        scene.write("cut.sqlite-wal", &log);
        let commands = [COMMANDS[0], COMMANDS[1], COMMANDS[3]];
        is_refused(&scene, &commands, "cut.sqlite", "is damaged", "backup");
        assert_eq!(fs::read(scene.path("cut.sqlite-wal")).unwrap(), log);
    }
    // However much of the WAL file is left, the earlier commits count.
    for length in [0, 1, 31, 32, 1000, log.len() / 2, log.len() - 1, log.len()] {
        scene.write("whole.sqlite", &file);
        scene.write("whole.sqlite-wal", &log[..length]);
        let run = with_state(&scene, COMMANDS[3], "whole.sqlite").exits_with(0);
        assert_truth(&scene, &run);
    }
}

/// SQLite sees no damage here; the checksums show it before the run, not after.
#[test]
fn altered_figures_are_detected() {
    for (table, change) in [
        (
            "an answer",
            "UPDATE answer SET missing = '[1]' WHERE missing <> '[1]'",
        ),
        (
            "an answer",
            "UPDATE answer SET source = 'call' WHERE id = 1",
        ),
        (
            "an answer",
            "UPDATE answer SET as_of_ms = as_of_ms + 1 WHERE id = 1",
        ),
        (
            "a missing KB",
            "UPDATE missing_kb SET cve_addressed = cve_addressed + 1 WHERE id = 2",
        ),
    ] {
        let scene = with_a_run();
        let store = Connection::open(scene.path("store.sqlite")).unwrap();
        assert!(store.execute(change, []).unwrap() > 0);
        drop(store);
        let problem = format!("is damaged: {table} does not match its checksum");
        let commands = [COMMANDS[0], COMMANDS[1], COMMANDS[3]];
        is_refused(&scene, &commands, "store.sqlite", &problem, "backup");
    }
}

/// Flipped bytes are detected or harmless: no report ever differs.
#[test]
fn flipped_bytes_never_change_a_report() {
    const TIMES: u64 = 25;
    let scene = with_a_run();
    let whole = fs::read(scene.path("store.sqlite")).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut found, mut harmless) = (0, 0);
    for _ in 0..TIMES {
        let mut flipped = whole.clone();
        let at = random.usize(100..flipped.len());
        flipped[at] ^= random.u8(1..);
        scene.write("flipped.sqlite", &flipped);
        let run = with_state(&scene, COMMANDS[3], "flipped.sqlite");
        if run.code == Some(0) {
            assert_truth(&scene, &run);
            harmless += 1;
        } else {
            run.exits_with(3).complains("is damaged").hints("backup");
            found += 1;
        }
    }
    assert!(found > 0 && harmless > 0, "{found} {harmless}");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let scene = Scene::with_machines(3);
    for command in [COMMANDS[3], COMMANDS[4]] {
        scene.write("empty.sqlite", "");
        is_refused(
            &scene,
            &[command],
            "empty.sqlite",
            "has no runs yet",
            "creates runs",
        );
    }
    with_state(&scene, COMMANDS[0], "empty.sqlite").exits_with(0);
    let run = with_state(&scene, COMMANDS[3], "empty.sqlite").exits_with(0);
    assert_truth(&scene, &run);
}

#[test]
fn missing_store_is_created_with_its_folder() {
    let scene = Scene::with_machines(3);
    let commands = [COMMANDS[3], COMMANDS[4]];
    let state = "very/new/store.sqlite";
    is_refused(&scene, &commands, state, "does not exist", "creates runs");
    with_state(&scene, COMMANDS[2], state).exits_with(0);
    assert!(!scene.path("very").exists());
    with_state(&scene, COMMANDS[1], state).exits_with(0);
    assert!(scene.path(state).exists());
    with_state(&scene, COMMANDS[0], state).exits_with(0);
}

#[test]
fn store_path_below_a_file_is_refused() {
    let scene = Scene::with_machines(1);
    scene.write("file", "mine");
    let commands = [COMMANDS[0], COMMANDS[1]];
    let (state, problem) = (
        "file/store.sqlite",
        "cannot be created, because its folder cannot",
    );
    is_refused(&scene, &commands, state, problem, "--state");
    is_refused(&scene, &COMMANDS[2..], state, "cannot be opened", "--state");
    assert_eq!(fs::read(scene.path("file")).unwrap(), b"mine");
}

/// No user can create files there, not even root.
#[test]
#[cfg(target_os = "linux")]
fn store_in_an_unwritable_system_folder_is_refused() {
    let scene = Scene::with_machines(1);
    for (state, problem) in [
        (
            "/proc/patchgap/store.sqlite",
            "cannot be created, because its folder cannot",
        ),
        (
            "/sys/patchgap/store.sqlite",
            "cannot be created, because its folder cannot",
        ),
        ("/proc/store.sqlite", "cannot be opened"),
        ("/sys/store.sqlite", "cannot be opened"),
        ("/dev/null", "(not a regular file)"),
    ] {
        is_refused(&scene, &COMMANDS[..2], state, problem, "--state");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn store_without_write_permission_is_refused() {
    let scene = with_a_run();
    fs::create_dir(scene.path("locked")).unwrap();
    let whole = fs::read(scene.path("store.sqlite")).unwrap();
    for name in [
        "read-only.sqlite",
        "unreadable.sqlite",
        "locked/store.sqlite",
    ] {
        scene.write(name, &whole);
    }
    set_mode(&scene.path("read-only.sqlite"), 0o400);
    set_mode(&scene.path("unreadable.sqlite"), 0);
    set_mode(&scene.path("locked"), 0o500);
    let calls = scene.tenant.log().calls.len();
    for (state, problem) in [
        ("read-only.sqlite", "is read-only"),
        ("unreadable.sqlite", "cannot be opened: "),
        ("locked/store.sqlite", "is read-only, or its folder is"),
        ("locked/new.sqlite", "cannot be opened: "),
        (
            "locked/new/store.sqlite",
            "cannot be created, because its folder cannot: ",
        ),
    ] {
        for command in &COMMANDS[..2] {
            let command = scene.command(&[*command, &["--state", state]].concat());
            let run = scene.finish(&mut without_privileges(&command, &scene));
            run.exits_with(3).complains(problem).hints("--state FILE");
        }
    }
    assert_eq!(scene.tenant.log().calls.len(), calls);
    set_mode(&scene.path("locked"), 0o700);
    assert_eq!(fs::read(scene.path("locked/store.sqlite")).unwrap(), whole);
}

/// It is used nevertheless. A store created by patchgap is writable only by its owner.
#[test]
#[cfg(target_os = "linux")]
fn store_writable_by_others_is_warned_about_once() {
    use std::os::unix::fs::PermissionsExt;

    let scene = with_a_run();
    let store = scene.path("store.sqlite");
    let mode = fs::metadata(&store).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let warning = "others can write to the store";
    for command in COMMANDS {
        let run = scene.run(command).exits_with(0);
        assert!(!run.stderr.contains(warning), "{}", run.stderr);
    }
    set_mode(&store, 0o620);
    for command in COMMANDS {
        let run = scene.run(command).exits_with(0);
        assert_eq!(run.stderr.matches(warning).count(), 1, "{}", run.stderr);
        run.complains("has mode 620; chmod go-w ");
    }
}

#[test]
fn locked_store_is_refused_for_writing_only() {
    let scene = with_a_run();
    let other = Connection::open(scene.path("store.sqlite")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let start = Instant::now();
    let problem = "is locked by another program";
    is_refused(
        &scene,
        &COMMANDS[..1],
        "store.sqlite",
        problem,
        "close the program",
    );
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    // Readers need not wait.
    with_state(&scene, COMMANDS[4], "store.sqlite").exits_with(0);
}
