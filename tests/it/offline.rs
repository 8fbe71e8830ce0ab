//! `--offline`: the reports again, from the store alone.

use std::{fs, path::Path, process::Command};

use patchgap::simulator::Fault;
use serde_json::Value;

use crate::common::{Finished, Scene, assert_truth, fleet_ids};

const CSV: [&str; 4] = ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"];

/// The binary without credentials and tenant.
fn without_credentials(scene: &Scene, arguments: &[&str]) -> Command {
    let mut command = scene.bare(arguments);
    command.env("PATCHGAP_STATE", scene.path("store.sqlite"));
    command
}

fn offline(scene: &Scene, arguments: &[&str]) -> Finished {
    let arguments = [&["report", "--offline"], arguments].concat();
    scene.finish(&mut without_credentials(scene, &arguments))
}

/// A finished run with a missing machine, a failing one, an invalid row and a duplicate.
fn asked() -> (Scene, Finished) {
    let ids = fleet_ids(2);
    let scene = Scene::with(|settings| {
        settings.machines = 30;
        let forever = [(ids[0], Fault::NotFound), (ids[1], Fault::BadRequest)];
        settings.faults.forever = forever.into();
    });
    let csv = scene.tenant.inventory_csv();
    let second = csv.lines().nth(1).unwrap();
    scene.write("machines.csv", format!("{csv}no id\n{second}\n"));
    let run = scene.report(&[]).exits_with(5);
    (scene, run)
}

/// Asserts that the tenant receives no request meanwhile.
#[track_caller]
fn leaves_alone<T>(scene: &Scene, work: impl FnOnce() -> T) -> T {
    let heard = |scene: &Scene| {
        let log = scene.tenant.log();
        (log.calls.len(), log.sign_ins.len())
    };
    let before = heard(scene);
    let done = work();
    assert_eq!(heard(scene), before);
    done
}

#[test]
fn offline_reports_are_identical_byte_for_byte() {
    let (scene, run) = asked();
    let names = [
        &CSV[..],
        &["report.html", "report.xlsx", "report.json", "summary.json"],
    ]
    .concat();
    let bytes = |run: &Finished| names.iter().map(|name| run.bytes(name)).collect::<Vec<_>>();
    let before = bytes(&run);
    // Also if `--offline` is added to the nightly command.
    for list in [&[][..], &["machines.csv"]] {
        fs::remove_dir_all(scene.path("reports")).unwrap();
        let run = leaves_alone(&scene, || offline(&scene, list)).exits_with(5);
        assert_eq!(bytes(&run), before, "{list:?}");
    }
}

#[test]
fn machine_of_another_list_keeps_its_last_failure_reason() {
    let (scene, _) = asked();
    let gone = fleet_ids(1)[0];
    scene.write("other.csv", gone.to_string());
    let run = offline(&scene, &["other.csv"]).exits_with(5);
    let row = run.row("failures.csv", gone);
    assert_eq!((&*row["reason"], &*row["httpStatus"]), ("notFound", "404"));
}

#[test]
fn runs_of_another_tenant_are_not_reported() {
    let (scene, _) = asked();
    let run = offline(&scene, &["--tenant-id", "fabrikam.example"]).exits_with(3);
    run.complains("has no runs for the configured tenant and API");
}

#[test]
fn other_formats_change_only_the_files() {
    let (scene, run) = asked();
    let without_files = |run: &Finished| {
        let mut summary = run.summary();
        let files = summary["files"].take();
        (summary, files)
    };
    let (before, _) = without_files(&run);
    fs::remove_dir_all(scene.path("reports")).unwrap();
    let run = offline(&scene, &["--format", "json"]).exits_with(5);
    let (after, files) = without_files(&run);
    assert_eq!(after, before);
    assert_eq!(files, serde_json::json!(["report.json", "summary.json"]));
    assert_eq!(run.files().len(), 3);
}

#[test]
fn machines_not_asked_in_time_stay_pending() {
    let scene = Scene::with_machines(12);
    let arguments = ["--budget", "2s", "--rate-limit", "5/h"];
    let run = scene.report(&arguments).exits_with(5);
    let before = CSV.map(|name| run.bytes(name));
    let run = offline(&scene, &[]).exits_with(5);
    assert_eq!(CSV.map(|name| run.bytes(name)), before);
    assert_eq!(run.counts().pending, 7);
}

#[test]
fn another_list_is_reported_from_stored_answers() {
    let scene = Scene::with_machines(12);
    scene.report(&[]).exits_with(0);
    let ids = fleet_ids(14);
    let list: Vec<String> = ids[9..].iter().map(|id| format!("{id},here")).collect();
    scene.write("other.csv", format!("id,place\n{}\n", list.join("\n")));
    let run = leaves_alone(&scene, || offline(&scene, &["other.csv"])).exits_with(5);
    let counts = run.counts();
    assert_eq!((counts.answered, counts.pending), (3, 2));
    assert_eq!(run.summary()["inventory"]["file"], "other.csv");
    assert_eq!(run.summary()["requests"]["sent"], 0);
    assert!(
        run.rows("machines.csv")
            .iter()
            .all(|row| row["place"] == "here")
    );
    let row = run.row("machines.csv", ids[9]);
    let missing = scene.tenant.truth(ids[9]).unwrap().len();
    assert_eq!(row["missingKbs"], missing.to_string());
}

#[test]
fn answers_older_than_max_age_are_left_out() {
    let scene = Scene::with_machines(6);
    scene.report(&[]).exits_with(0);
    scene.kept().age_answers(&fleet_ids(2), 21);
    let run = offline(&scene, &["machines.csv"]).exits_with(0);
    assert_truth(&scene, &run);
    let run = offline(&scene, &["machines.csv", "--max-age", "20h"]).exits_with(5);
    assert_eq!(run.counts().pending, 2);
}

/// All paths in a folder, recursively.
fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push(path.display().to_string());
    }
    found.sort();
    found
}

#[test]
fn missing_store_is_refused_and_not_created() {
    let scene = Scene::with_machines(3);
    let hint = "`patchgap report machines.csv` creates runs";
    for empty in [false, true] {
        if empty {
            scene.write("store.sqlite", "");
        }
        let before = everything(scene.folder());
        for arguments in [&[][..], &["machines.csv"], &["--dry-run"]] {
            let run = offline(&scene, arguments).exits_with(3).hints(hint);
            run.complains("error: the store ");
        }
        let mut runs = without_credentials(&scene, &["runs"]);
        scene.finish(&mut runs).exits_with(3).hints(hint);
        assert_eq!(everything(scene.folder()), before);
    }
    scene.assert_no_requests();
}

#[test]
fn dry_run_of_offline_plans_no_calls() {
    let (scene, _) = asked();
    fs::remove_dir_all(scene.path("reports")).unwrap();
    let run = offline(&scene, &["--dry-run"]).exits_with(0);
    let says = "calls          none (offline)\n";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    let list = "machines.csv: 30 machines, 1 duplicate row, 1 row without a machine id";
    assert!(run.stdout.contains(list), "{}", run.stdout);
    assert!(!run.has_reports());
}

#[test]
fn configured_tenant_is_reported_among_several() {
    let scene = Scene::with_machines(3);
    scene.report(&[]).exits_with(0);
    let other = Scene::with(|settings| {
        settings.machines = 4;
        settings.seed = 2;
    });
    let mut command = other.command(&["report", "machines.csv"]);
    command.env("PATCHGAP_STATE", scene.path("store.sqlite"));
    other.finish(&mut command).exits_with(0);
    let shown = |run: Finished| match run.exits_with(0).summary()["tenantId"].take() {
        Value::String(tenant) => tenant,
        other => other.to_string(),
    };
    assert_eq!(
        shown(scene.run(&["report", "--offline"])),
        scene.tenant.tenant_id()
    );
    let mut command = other.command(&["report", "--offline"]);
    command.env("PATCHGAP_STATE", scene.path("store.sqlite"));
    assert_eq!(shown(other.finish(&mut command)), other.tenant.tenant_id());
    let hint = offline(&scene, &[]).exits_with(3).stderr;
    assert!(
        hint.contains("`patchgap runs` lists the runs it has"),
        "{hint}"
    );
}
