//! `patchgap demo`: everything at once, with nothing configured.

use jiff::Timestamp;

use crate::common::Scene;

#[test]
fn demo_writes_every_report_without_configuration() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["demo", "--machines", "40"]));
    let run = run.exits_with(0);
    let reports = [
        ".patchgap-files",
        "changes.csv",
        "failures.csv",
        "gaps.csv",
        "kbs.csv",
        "machines.csv",
        "report.html",
        "report.json",
        "report.xlsx",
        "summary.json",
    ];
    assert!(run.files().iter().eq(&reports));
    assert_eq!(run.rows("machines.csv").len(), 40);
    assert_eq!(run.summary()["outcome"], "complete");
    assert!(run.stdout.contains(" of 40 machines answered ("));
}

#[test]
fn demo_compares_tonight_with_last_night() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["demo", "--machines", "40"]));
    let summary = run.exits_with(0).summary();
    let changes = &summary["changes"];
    assert!(changes["replaced"].as_u64() > Some(0), "{changes}");
    let began = |of: &serde_json::Value| -> Timestamp {
        of["startedAt"].as_str().unwrap().parse().unwrap()
    };
    let apart = began(&summary).duration_since(began(&changes["base"]));
    assert!((23..=25).contains(&apart.as_hours()), "{apart:?}");
}

#[test]
fn demo_ignores_configuration_and_environment() {
    let scene = Scene::with_machines(1);
    scene.write("patchgap.toml", "out = \"elsewhere\"\nnonsense = 1\n");
    let mut command = scene.command(&["demo", "--machines", "3", "--out", "reports"]);
    let run = scene.finish(command.env("PATCHGAP_FORMAT", "json"));
    assert_eq!(run.exits_with(0).rows("machines.csv").len(), 3);
    scene.assert_no_requests();
}

#[test]
fn demo_shows_the_list_of_the_service_with_skipped_machines() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["demo", "--machines", "40", "--all-machines"]));
    let run = run.exits_with(0);
    let summary = run.summary();
    assert_eq!(summary["list"]["source"], "service");
    let skipped = summary["machines"]["skipped"].as_u64().unwrap();
    assert!(skipped > 0, "{summary}");
    assert_eq!(run.rows("machines.csv").len() as u64, 40 + skipped);
    assert!(run.stdout.contains("on the list were skipped"));
}
