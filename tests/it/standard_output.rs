//! Standard output that cannot be written: a full disk is an error, a closed pipe is not.

use std::{
    fs::File,
    process::{Command, Output},
};

use crate::common::Scene;

/// Every command that prints something.
const COMMANDS: [&[&str]; 11] = [
    &["report", "machines.csv"],
    &["report", "machines.csv", "--dry-run"],
    &["report", "--offline"],
    &["report", "--offline", "--dry-run"],
    &["check"],
    &["runs"],
    &["diff"],
    &["diff", "--format", "csv"],
    &["diff", "--format", "json"],
    &["--help"],
    &["--version"],
];

/// Two runs of a tenant.
fn two_runs() -> Scene {
    let scene = Scene::with_machines(5);
    for _ in 0..2 {
        scene.report(&["--format", "csv"]).exits_with(0);
    }
    scene
}

fn to_a_full_disk(mut command: Command) -> Output {
    let full = File::options().write(true).open("/dev/full").unwrap();
    command.stdout(full).output().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk_is_an_error() {
    let scene = two_runs();
    let others: [&[&str]; 3] = [&["demo"], &["simulate"], &["report", "--help"]];
    for arguments in COMMANDS.into_iter().chain(others) {
        let output = to_a_full_disk(scene.command(arguments));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{arguments:?}: {errors}");
        let expected = "error: cannot write to standard output: ";
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
        assert!(errors.contains("\nhint: "), "{arguments:?}: {errors}");
    }
}

/// The reports are written nevertheless.
#[test]
#[cfg(target_os = "linux")]
fn full_disk_at_standard_output_loses_no_report() {
    let scene = Scene::with_machines(3);
    to_a_full_disk(scene.command(&["report", "machines.csv"]));
    assert!(scene.path("reports/summary.json").exists());
    let quiet = to_a_full_disk(scene.command(&["report", "machines.csv", "-q"]));
    assert_eq!(quiet.status.code(), Some(0), "nothing was to be written");
    let wrong = to_a_full_disk(scene.command(&["report", "--nonsense"]));
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
#[cfg(unix)]
fn closed_pipe_is_not_an_error() {
    let scene = two_runs();
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = scene.command(arguments).stdout(writer).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        assert!(!errors.contains("error"), "{arguments:?}: {errors}");
    }
}
