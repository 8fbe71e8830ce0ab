//! `patchgap demo`: the whole run, without any configuration.

use std::{collections::BTreeSet, fs};

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
fn demo_compares_tonight_with_last_night_and_with_a_week_ago() {
    let scene = Scene::with_machines(1);
    let by_risk = ["demo", "--machines", "40", "--rank-by", "risk"];
    let run = scene.finish(&mut scene.bare(&by_risk)).exits_with(0);
    // The order needs feeds, which are also simulated.
    let exploited: u64 = run.rows("kbs.csv")[0]["knownExploited"].parse().unwrap();
    assert!(exploited > 0);
    assert!(!run.stdout.contains("Feeds older than"), "{}", run.stdout);
    let summary = run.summary();
    let began = |of: &serde_json::Value| -> Timestamp {
        of["startedAt"].as_str().unwrap().parse().unwrap()
    };
    for (field, hours) in [("changes", 24), ("lastWeek", 7 * 24)] {
        let base = &summary[field]["base"];
        let apart = began(&summary).duration_since(began(base)).as_hours();
        assert!((hours - 1..=hours + 1).contains(&apart), "{field}: {apart}");
    }
    // A month's updates were released in between.
    assert!(summary["lastWeek"]["replaced"].as_u64() > Some(0));
    assert!(run.stdout.contains(" of 7 days ago ("), "{}", run.stdout);
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    for day in ["after 0 days</title>", "after 5 days</title>"] {
        assert!(page.contains(day), "{day}");
    }
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

#[test]
fn demo_takes_title_targets_and_a_column_to_split_by() {
    let scene = Scene::with_machines(1);
    let options = ["--title", "Contoso", "--targets", "2", "--split-by", "site"];
    let command = [&["demo", "--machines", "40"], &options[..]].concat();
    let run = scene.finish(&mut scene.bare(&command)).exits_with(0);
    let page = fs::read_to_string(scene.path("reports/report.html")).unwrap();
    assert!(page.contains("Contoso"));
    let targets: Vec<String> = run.summary()["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|file| file.as_str()?.strip_prefix("targets/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(targets.len(), 2);
    for file in &targets {
        assert!(scene.path("reports/targets").join(file).exists(), "{file}");
    }
    let sites: BTreeSet<String> = run
        .rows("machines.csv")
        .iter()
        .map(|row| row["site"].clone())
        .filter(|site| !site.is_empty())
        .collect();
    assert!(sites.len() > 1, "{sites:?}");
    for site in &sites {
        let part = scene.path("reports").join(site).join("report.html");
        assert!(part.exists(), "{site}");
    }
}

#[test]
fn demo_refuses_a_column_that_the_list_does_not_have() {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(&["demo", "--machines", "5", "--split-by", "owner"]));
    let run = run.exits_with(3).complains("owner");
    assert!(!run.has_reports());
}
