//! Only files written by patchgap are replaced, never the user's own, however their paths are spelled.

use std::{fs, process::Stdio};

use crate::common::{Finished, Scene, assert_truth};

/// Asserts that the command is refused without requests, also as a dry run and offline.
#[track_caller]
fn is_refused(scene: &Scene, arguments: &[&str], complaint: &str) {
    for mode in [&[][..], &["--dry-run"], &["--offline"]] {
        let run = scene.run(&[arguments, mode].concat()).exits_with(3);
        run.complains(complaint).hints("--out");
    }
    scene.assert_no_requests();
}

#[test]
fn inventory_is_not_overwritten_by_a_report() {
    let scene = Scene::with_machines(2);
    fs::create_dir_all(scene.path("reports/deep")).unwrap();
    let list = fs::read(scene.path("machines.csv")).unwrap();
    scene.write("reports/kbs.csv", &list);
    let whole = scene.path("machines.csv");
    let whole = whole.to_str().unwrap();
    for (list, out, lost) in [
        ("machines.csv", ".", "machines.csv"),
        ("./machines.csv", "reports/..", "machines.csv"),
        (whole, ".", "machines.csv"),
        (
            "machines.csv",
            whole.strip_suffix("machines.csv").unwrap(),
            "machines.csv",
        ),
        ("reports/kbs.csv", "reports", "kbs.csv"),
        ("reports/deep/../kbs.csv", "reports", "kbs.csv"),
        ("reports/kbs.csv", "reports/deep/..", "kbs.csv"),
    ] {
        let complaint = format!("the list of machines {list} would be overwritten by ");
        is_refused(&scene, &["report", list, "--out", out], &complaint);
        assert!(scene.path("machines.csv").exists(), "{lost}");
    }
    assert_eq!(fs::read(scene.path("machines.csv")).unwrap(), list);
    assert_eq!(fs::read(scene.path("reports/kbs.csv")).unwrap(), list);
    assert!(!scene.path("store.sqlite").exists());
}

#[cfg(unix)]
#[test]
fn links_to_the_same_file_are_recognised() {
    let scene = Scene::with_machines(2);
    fs::create_dir(scene.path("reports")).unwrap();
    fs::hard_link(scene.path("machines.csv"), scene.path("reports/gaps.csv")).unwrap();
    is_refused(
        &scene,
        &["report", "machines.csv"],
        "would be overwritten by reports/gaps.csv",
    );
    fs::remove_file(scene.path("reports/gaps.csv")).unwrap();
    std::os::unix::fs::symlink("../machines.csv", scene.path("reports/kbs.csv")).unwrap();
    is_refused(
        &scene,
        &["report", "machines.csv"],
        "would be overwritten by reports/kbs.csv",
    );
    std::os::unix::fs::symlink("reports/machines.csv", scene.path("state")).unwrap();
    let arguments = [
        "report",
        "reports/kbs.csv",
        "--out",
        "reports",
        "--state",
        "state",
    ];
    let complaint = "the list of machines reports/kbs.csv would be overwritten by";
    is_refused(&scene, &arguments, complaint);
    fs::remove_file(scene.path("reports/kbs.csv")).unwrap();
    // A dangling link.
    let arguments = ["report", "machines.csv", "--state", "state"];
    is_refused(
        &scene,
        &arguments,
        "the store state would be overwritten by",
    );
    assert!(!scene.path("reports/machines.csv").exists());
}

/// A file that a run needs, at the path of a report.
struct Misplaced {
    what: &'static str,
    name: &'static str,
    /// The arguments that name it.
    arguments: &'static [&'static str],
    variable: Option<&'static str>,
}

const fn typed(
    what: &'static str,
    name: &'static str,
    arguments: &'static [&'static str],
) -> Misplaced {
    Misplaced {
        what,
        name,
        arguments,
        variable: None,
    }
}

const fn in_variable(what: &'static str, name: &'static str, variable: &'static str) -> Misplaced {
    Misplaced {
        what,
        name,
        arguments: &[],
        variable: Some(variable),
    }
}

const MISPLACED: [Misplaced; 9] = [
    typed("store", "kbs.csv", &["--state", "reports/kbs.csv"]),
    typed(
        "store",
        "gaps.csv",
        &["--state", "reports/../reports/gaps.csv"],
    ),
    typed(
        "store",
        "kbs.csv/store",
        &["--state", "reports/kbs.csv/store"],
    ),
    typed("store", "new", &["--state", "new", "--out", "new"]),
    typed(
        "configuration file",
        "gaps.csv",
        &["--config", "reports/gaps.csv"],
    ),
    typed(
        "root certificate",
        "failures.csv",
        &["--ca-cert", "reports/failures.csv"],
    ),
    in_variable(
        "client secret file",
        "report.json",
        "PATCHGAP_CLIENT_SECRET_FILE",
    ),
    in_variable(
        "certificate",
        "report.html",
        "AZURE_CLIENT_CERTIFICATE_PATH",
    ),
    in_variable("summary of the workflow", "kbs.csv", "GITHUB_STEP_SUMMARY"),
];

#[test]
fn store_configuration_and_secret_are_not_overwritten() {
    let scene = Scene::with_machines(2);
    fs::create_dir(scene.path("reports")).unwrap();
    for it in MISPLACED {
        let path = format!("reports/{}", it.name);
        match it.what {
            // It does not exist yet.
            "store" => {}
            "root certificate" => drop(fs::copy(scene.path("root.pem"), scene.path(&path))),
            "client secret file" => scene.write(&path, "secret"),
            _ => scene.write(&path, ""),
        }
        for mode in [&[][..], &["--dry-run"]] {
            let arguments = [&["report", "machines.csv"], it.arguments, mode].concat();
            let mut command = scene.command(&arguments);
            command.envs(it.variable.map(|variable| (variable, &path)));
            let run = scene.finish(&mut command).exits_with(3).hints("--out");
            run.complains(&format!("error: the {} ", it.what));
        }
        let _ = fs::remove_file(scene.path(&path));
    }
    scene.assert_no_requests();
    assert!(!scene.path("new").exists());
}

#[test]
fn foreign_files_are_not_overwritten() {
    let scene = Scene::with_machines(2);
    fs::create_dir(scene.path("reports")).unwrap();
    scene.write("reports/kbs.csv", "mine");
    scene.write("reports/changes.csv", "mine");
    scene.write("reports/notes.txt", "mine");
    let complaint = "reports holds files that patchgap did not write: kbs.csv, changes.csv";
    is_refused(&scene, &["report", "machines.csv"], complaint);
    assert!(!scene.path("reports/.patchgap-files").exists());
    scene.report(&["--format", "json"]).exits_with(0);
    assert_eq!(fs::read(scene.path("reports/kbs.csv")).unwrap(), b"mine");
    scene.report(&[]).exits_with(3).complains(complaint);
    for name in ["kbs.csv", "changes.csv"] {
        fs::remove_file(scene.path("reports").join(name)).unwrap();
    }
    assert_truth(&scene, &scene.report(&[]).exits_with(0));
}

#[test]
fn earlier_reports_are_replaced() {
    let scene = Scene::with_machines(2);
    let night = |arguments: &[&str]| scene.report(arguments).exits_with(0);
    night(&["--format", "csv"]);
    night(&["--format", "csv"]);
    night(&["--format", "html,json"]);
    night(&[]);
    // An older version wrote no list. Its summary names its own files.
    let list = scene.path("reports/.patchgap-files");
    fs::remove_file(&list).unwrap();
    night(&["--format", "json"]);
    night(&[]);
    fs::remove_file(&list).unwrap();
    fs::remove_file(scene.path("reports/summary.json")).unwrap();
    let run = scene.report(&[]).exits_with(3).hints(".patchgap-files");
    run.complains("did not write: kbs.csv, machines.csv, gaps.csv, failures.csv, changes.csv");
    // Another folder is accepted.
    night(&["--out", "{date}/{time}"]);
}

#[test]
fn edited_report_is_kept_beside_the_new_one() {
    let scene = Scene::with_machines(2);
    scene.report(&[]).exits_with(0);
    let edited = fs::read_to_string(scene.path("reports/kbs.csv")).unwrap() + "my notes\n";
    scene.write("reports/kbs.csv", &edited);
    let run = scene.report(&[]).exits_with(0);
    let run = run.complains("was changed since patchgap wrote it: what it was is kept as");
    assert_eq!(run.bytes("kbs.edited.csv"), edited.as_bytes());
    assert_truth(&scene, &run);
    let run = scene.report(&[]).exits_with(0);
    assert!(!run.stderr.contains("was changed"), "{}", run.stderr);
}

#[test]
fn malformed_list_of_own_files_is_an_error() {
    let scene = Scene::with_machines(2);
    scene.report(&[]).exits_with(0);
    let calls = scene.tenant.log().calls.len();
    let good = fs::read_to_string(scene.path("reports/.patchgap-files")).unwrap();
    let hash = good.lines().nth(1).unwrap().split_once(' ').unwrap().0;
    for bad in ["kbs.csv\n", "\u{0}", &format!("{hash}  ../machines.csv\n")] {
        scene.write("reports/.patchgap-files", format!("{good}{bad}"));
        let run = scene.report(&[]).exits_with(3).hints("move it away");
        run.complains("is not valid: line 10 ");
    }
    assert_eq!(scene.tenant.log().calls.len(), calls);
}

/// A command without configuration that would write into the scene's folder.
fn here(scene: &Scene, arguments: &[&str]) -> Finished {
    let mut command = scene.bare(arguments);
    scene.finish(command.stdin(Stdio::null()))
}

#[test]
fn demo_and_simulate_overwrite_no_foreign_file() {
    let scene = Scene::with_machines(2);
    scene.write("patchgap.toml", "mine");
    let list = fs::read(scene.path("machines.csv")).unwrap();
    for (arguments, files, option) in [
        (["demo", "--out", "."], "machines.csv", "--out"),
        (
            ["simulate", "--folder", "."],
            "root.pem, machines.csv, patchgap.toml",
            "--folder",
        ),
    ] {
        let run = here(&scene, &arguments).exits_with(3).hints(option);
        run.complains(&format!("patchgap did not write: {files}\n"));
    }
    assert_eq!(fs::read(scene.path("machines.csv")).unwrap(), list);
    assert_eq!(fs::read(scene.path("patchgap.toml")).unwrap(), b"mine");
    assert!(!scene.path("client-secret.txt").exists());
}
