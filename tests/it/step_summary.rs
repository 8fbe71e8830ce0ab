//! The step summary of a workflow run on GitHub.

use std::fs;

use crate::common::Scene;

#[test]
fn step_summary_is_appended() {
    let scene = Scene::with_machines(5);
    scene.write("step.md", "earlier\n");
    let mut command = scene.command(&["report", "machines.csv", "-q"]);
    command.env("GITHUB_STEP_SUMMARY", scene.path("step.md"));
    scene.finish(&mut command).exits_with(0);
    let text = fs::read_to_string(scene.path("step.md")).unwrap();
    assert!(
        text.starts_with("earlier\n## Missing updates (tenant "),
        "{text}"
    );
    assert!(text.contains("### Install first"), "{text}");
}

#[test]
fn unwritable_step_summary_is_not_an_error() {
    let scene = Scene::with_machines(2);
    let mut command = scene.command(&["report", "machines.csv"]);
    command.env("GITHUB_STEP_SUMMARY", scene.folder());
    let run = scene.finish(&mut command).exits_with(0);
    assert!(run.stderr.contains("no summary in"), "{}", run.stderr);
}
