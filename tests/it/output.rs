//! The output folder: where reports are written, and what happens if they cannot be.

#[cfg(unix)]
use std::process::Command;
use std::{collections::BTreeMap, fs, path::Path};

use jiff::civil::Date;
use patchgap::simulator::{Fault, Fleet};

use crate::common::Scene;

/// The list of patchgap's own files in the folder.
const LIST: &str = ".patchgap-files";

const REPORTS: [&str; 8] = [
    "failures.csv",
    "gaps.csv",
    "kbs.csv",
    "machines.csv",
    "report.html",
    "report.json",
    "report.xlsx",
    "summary.json",
];

/// Every file in a folder, including hidden ones, with its content.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn only_reports_are_left_in_the_folder() {
    let scene = Scene::with_machines(3);
    let run = scene.report(&[]).exits_with(0);
    assert!(run.files().iter().eq(&[&[LIST], &REPORTS[..]].concat()));
    let mut listed = run.summary()["files"].clone();
    listed
        .as_array_mut()
        .unwrap()
        .sort_by_key(ToString::to_string);
    assert_eq!(listed, serde_json::json!(REPORTS));
    let said = "reports in reports: kbs.csv, machines.csv, gaps.csv, failures.csv, report.html, report.xlsx, report.json, summary.json\ncomplete (exit code 0)\n";
    assert!(run.stdout.ends_with(said), "{}", run.stdout);
}

#[test]
fn date_in_the_folder_name_is_expanded() {
    let scene = Scene::with_machines(1);
    let run = scene.report(&["--out", "nightly/{date}"]).exits_with(0);
    let folders = fs::read_dir(scene.path("nightly")).unwrap();
    let folders: Vec<String> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders.len(), 1);
    assert!(folders[0].parse::<Date>().is_ok(), "{folders:?}");
    let started = run.stdout.contains(&folders[0]);
    assert!(started, "{}", run.stdout);
    let reports = contents(&scene.path("nightly").join(&folders[0]));
    assert!(reports.keys().eq(&[&[LIST], &REPORTS[..]].concat()));
}

#[test]
fn other_files_in_the_folder_are_untouched() {
    let scene = Scene::with_machines(1);
    fs::create_dir(scene.path("reports")).unwrap();
    scene.write("reports/notes.txt", "mine");
    let run = scene.report(&["--format", "csv"]).exits_with(0);
    assert_eq!(run.bytes("notes.txt"), b"mine");
}

#[test]
fn only_requested_formats_are_written() {
    for (format, expected) in [
        ("csv", &REPORTS[..4]),
        ("html", &["report.html"][..]),
        ("xlsx", &["report.xlsx"]),
        ("json", &["report.json", "summary.json"]),
    ] {
        let scene = Scene::with_machines(1);
        let run = scene.report(&["--format", format]).exits_with(0);
        assert!(
            run.files().iter().eq(&[&[LIST], expected].concat()),
            "{format}"
        );
    }
}

#[test]
fn file_as_output_folder_is_refused_before_any_call() {
    let scene = Scene::with_machines(1);
    scene.write("taken", "mine");
    for (out, hint) in [("taken", "a file has that name"), ("taken/below", "--out")] {
        let run = scene.report(&["--out", out]).exits_with(6);
        run.complains(&format!("error: cannot create the output folder {out}: "))
            .hints(hint);
    }
    assert_eq!(fs::read(scene.path("taken")).unwrap(), b"mine");
    scene.assert_no_requests();
}

#[test]
fn folder_in_place_of_a_report_is_refused_before_any_call() {
    let scene = Scene::with_machines(1);
    fs::create_dir_all(scene.path("reports/gaps.csv")).unwrap();
    let run = scene.report(&[]).exits_with(6);
    let path = Path::new("reports").join("gaps.csv");
    run.complains(&format!("error: {} is a folder", path.display()))
        .hints("--out");
    scene.assert_no_requests();
}

#[test]
fn earlier_reports_stay_whole_when_the_sign_in_is_refused() {
    let scene = Scene::with_machines(3);
    scene.report(&[]).exits_with(0);
    let earlier = contents(&scene.path("reports"));
    let mut command = scene.command(&["report", "machines.csv"]);
    let run = scene.finish(command.env("AZURE_CLIENT_SECRET", "wrong"));
    run.exits_with(4).complains("AADSTS7000215");
    assert_eq!(contents(&scene.path("reports")), earlier);
}

/// `report --offline` with a file size limit of fifty kilobytes, which fails like a full disk.
#[cfg(unix)]
fn cramped(scene: &Scene) -> Command {
    let limits = "trap '' XFSZ; ulimit -f 100";
    scene.through_shell(limits, &["report", "--offline"])
}

#[test]
#[cfg(unix)]
fn earlier_reports_stay_whole_when_the_disk_is_full() {
    let scene = Scene::with_machines(2);
    // The first report is small enough, the second is not.
    let inventory = scene.tenant.inventory_csv();
    scene.write(
        "machines.csv",
        inventory.replace("LAP-", &"long".repeat(10_000)),
    );
    scene.report(&[]).exits_with(0);
    for name in REPORTS {
        scene.write(&format!("reports/{name}"), "earlier");
    }
    let earlier = contents(&scene.path("reports"));
    let run = scene.finish(&mut cramped(&scene)).exits_with(6);
    run.complains("error: cannot write reports/machines.csv: ")
        .hints("the earlier reports are as they were");
    assert_eq!(scene.tenant.log().calls.len(), 2);
    assert_eq!(contents(&scene.path("reports")), earlier);
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_reports() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::with_machines(1);
    scene.report(&[]).exits_with(0);
    for name in REPORTS {
        let path = scene.path("reports").join(name);
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn quiet_prints_nothing() {
    let scene = Scene::with_machines(1);
    let run = scene.report(&["-q"]).exits_with(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    assert!(run.has_reports());
}

#[test]
fn quiet_prints_one_line_for_a_partial_run() {
    let scene = Scene::with(|settings| {
        settings.machines = 5;
        let gone = Fleet::generate(settings.seed, 1).machines()[0].id;
        settings.faults.forever.insert(gone, Fault::NotFound);
    });
    let run = scene.report(&["-q"]).exits_with(5);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.complains("partial: 4 of 5 machines answered; reports in reports");
}
