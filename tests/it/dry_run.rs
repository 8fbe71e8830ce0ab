//! `--dry-run`: the plan, and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

#[cfg(unix)]
use crate::common::wait_until;
use crate::common::{Finished, Scene};
#[cfg(target_os = "linux")]
use crate::common::{set_mode, without_privileges};

/// Asserts that the plan has exactly this value under a name.
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
fn dry_run_prints_the_plan_and_sends_nothing() {
    let scene = Scene::with_machines(30);
    let inventory = scene.tenant.inventory_csv();
    let first = inventory.lines().nth(1).unwrap();
    scene.write(
        "machines.csv",
        format!("{inventory}x,web-01,,,\n{first}\n{first}\n"),
    );
    let run = scene.report(&["--dry-run"]).exits_with(0);
    let rows = "machines.csv: 30 machines, 2 duplicate rows, 1 row without a machine id";
    plans(&run, "machine list", rows);
    plans(&run, "calls", "30, one per machine; more if requests fail");
    plans(&run, "quota", "none, paced at none");
    plans(
        &run,
        "reports",
        "kbs.csv, machines.csv, gaps.csv, failures.csv, report.html, report.xlsx, report.json, \
         summary.json in reports",
    );
    assert!(run.stdout.contains("\ntime           about "));
    assert!(!scene.path("reports").exists());
    scene.assert_no_requests();
}

#[test]
fn dry_run_needs_no_credentials_and_estimates_from_the_quota() {
    let scene = Scene::with_machines(300);
    let run = scene.finish(&mut scene.bare(&["report", "machines.csv", "--dry-run"]));
    let run = run.exits_with(0);
    plans(&run, "quota", "100/min,1500/h, paced at 10/s");
    // A hundred immediately, the second hundred a minute later, the third another minute later.
    assert!(
        run.stdout.contains("\ntime           about 2 min"),
        "{}",
        run.stdout
    );
}

#[test]
fn without_a_quota_the_time_of_a_first_run_is_unknown() {
    let scene = Scene::with_machines(500);
    let run = scene.report(&["--dry-run"]).exits_with(0);
    plans(
        &run,
        "time",
        "unknown before the first answers: about 19 s if each takes 0.3 s, 3 min 9 s if each takes \
         3 s",
    );
    let run = scene.report(&["-q", "--progress", "log"]).exits_with(0);
    let plan = "plan: 500 machines to query, one call each · end unknown until the first answers";
    assert!(run.stderr.contains(plan), "{}", run.stderr);
}

#[test]
fn plan_shows_used_quota_and_the_stop_time() {
    let scene = Scene::with_machines(4);
    scene.report(&["--rate-limit", "4/h"]).exits_with(0);
    let run = scene.report(&["--dry-run", "--rate-limit", "4/h", "--budget", "30s"]);
    let run = run.exits_with(0);
    plans(&run, "already used", "4 of 4 calls");
    // A little of the hour has passed.
    let waits = ["1 h", "59 min"].map(|left| format!("\ntime           about {left}"));
    let contains = |line: &String| run.stdout.contains(line.as_str());
    assert!(waits.iter().any(contains), "{}", run.stdout);
    assert!(run.stdout.contains("\nstops at       "), "{}", run.stdout);
}

#[test]
fn bad_inventory_is_refused_by_a_dry_run() {
    let scene = Scene::with_machines(1);
    let run = scene.run(&["report", "nowhere.csv", "--dry-run"]);
    run.exits_with(3).complains("no such file");
}

/// Everything in a folder, recursively, with content and modification time.
fn everything(folder: &Path) -> BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)> {
    let metadata = |path: &Path| fs::metadata(path).unwrap();
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            let content = fs::read(&path).unwrap();
            let modified = metadata(&path).modified().unwrap();
            found.insert(path, (Some(content), modified));
        }
    }
    let modified = metadata(folder).modified().unwrap();
    found.insert(folder.to_owned(), (None, modified));
    found
}

/// Asserts that a command changes no file, and returns its output.
#[track_caller]
fn leaves_no_trace(scene: &Scene, command: &mut Command) -> Finished {
    let before = everything(scene.folder());
    let run = scene.finish(command).exits_with(0);
    assert_eq!(everything(scene.folder()), before);
    run
}

/// The same job, for another app registration.
#[cfg(unix)]
fn for_another_app(scene: &Scene, arguments: &[&str]) -> Command {
    let arguments = [&["report", "machines.csv", "--dry-run"], arguments].concat();
    let mut command = scene.command(&arguments);
    command.env("AZURE_CLIENT_ID", "another");
    command
}

#[test]
fn dry_run_writes_nothing_with_or_without_a_store() {
    let scene = Scene::with_machines(4);
    let rehearse = |arguments: &[&str]| scene.command(&[arguments, &["--dry-run"]].concat());
    leaves_no_trace(&scene, &mut rehearse(&["report", "machines.csv"]));
    let elsewhere = ["report", "machines.csv", "--state", "new/store.sqlite"];
    leaves_no_trace(&scene, &mut rehearse(&elsewhere));
    scene.report(&[]).exits_with(0);
    let run = leaves_no_trace(&scene, &mut rehearse(&["report", "machines.csv"]));
    plans(&run, "calls", "4, one per machine; more if requests fail");
    let young = ["report", "machines.csv", "--max-age", "1h"];
    let run = leaves_no_trace(&scene, &mut rehearse(&young));
    plans(&run, "calls", "0, one per machine; more if requests fail");
    leaves_no_trace(&scene, &mut rehearse(&["report", "--offline"]));
}

/// Also next to an unfinished run of another app registration: whether that is active is checked
/// without creating or taking its lock.
#[cfg(unix)]
#[test]
fn dry_run_writes_nothing_beside_an_unfinished_run() {
    let scene = Scene::with_machines(10);
    let run = scene.report_in_background(&["--rate-limit", "4/h"]);
    wait_until("it waits for its hour", || {
        scene.tenant.log().calls.len() >= 4
    });
    wait_until("its answers are kept", || {
        scene.kept().answered().len() >= 4
    });
    run.signal("STOP");
    let rehearsed = leaves_no_trace(&scene, &mut for_another_app(&scene, &[]));
    assert!(
        !rehearsed.stdout.contains("already stored"),
        "it is at work"
    );
    run.kill();
    for arguments in [&[][..], &["--max-age", "2h"]] {
        let rehearsed = leaves_no_trace(&scene, &mut for_another_app(&scene, arguments));
        let store = scene.path("store.sqlite");
        let there = format!("4 answers already stored: {}", store.display());
        plans(&rehearsed, "store", &there);
    }
    for entry in fs::read_dir(scene.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "lock") {
            fs::remove_file(path).unwrap();
        }
    }
    leaves_no_trace(&scene, &mut for_another_app(&scene, &[]));
    leaves_no_trace(
        &scene,
        &mut scene.command(&["report", "--offline", "--dry-run"]),
    );
}

#[cfg(target_os = "linux")]
#[test]
fn dry_run_works_with_a_read_only_store() {
    let scene = Scene::with_machines(4);
    scene.report(&[]).exits_with(0);
    fs::create_dir(scene.path("kept")).unwrap();
    fs::rename(scene.path("store.sqlite"), scene.path("kept/store.sqlite")).unwrap();
    set_mode(&scene.path("kept/store.sqlite"), 0o400);
    set_mode(&scene.path("kept"), 0o500);
    let state = ["--dry-run", "--state", "kept/store.sqlite"];
    for arguments in [&["report", "machines.csv"][..], &["report", "--offline"]] {
        let command = scene.command(&[arguments, &state].concat());
        leaves_no_trace(&scene, &mut without_privileges(&command, &scene));
    }
    set_mode(&scene.path("kept"), 0o700);
}
