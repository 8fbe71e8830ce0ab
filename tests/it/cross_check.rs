//! The answers compared with a second source: `--cross-check`.

use std::collections::BTreeSet;

use patchgap::simulator::{ApiName, TenantFault};

use crate::common::{Finished, Row, Scene};

const CHECK: [&str; 2] = ["--cross-check=export", "--fresh"];

fn scene(machines: usize, faults: &str) -> Scene {
    Scene::with(|tenant| {
        tenant.machines = machines;
        tenant.faults = faults.parse().unwrap();
    })
}

/// The rows of `crosscheck.csv`, which are in order and differ, and are as many as the summary says.
fn rows(run: &Finished) -> Vec<Row> {
    let rows = run.rows("crosscheck.csv");
    let key = |row: &Row| (row["machineId"].clone(), row["kbId"].clone());
    assert!(rows.is_sorted_by_key(key));
    for row in &rows {
        for (is_in, cves) in [("inFirst", "cveFirst"), ("inSecond", "cveSecond")] {
            assert_eq!(row[is_in] == "true", !row[cves].is_empty(), "{row:?}");
        }
        assert_ne!(row["cveFirst"], row["cveSecond"], "{row:?}");
    }
    let check = &run.summary()["crossCheck"];
    let number = |name: &str| check[name].as_u64().unwrap();
    assert_eq!(number("differing"), rows.len() as u64);
    assert_eq!(number("compared"), number("agreeing") + number("differing"));
    for (because, count) in check["because"].as_object().unwrap() {
        let found = rows.iter().filter(|row| row["because"] == *because);
        assert_eq!(*count, found.count(), "{because}");
    }
    rows
}

fn because(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|row| row["because"].as_str()).collect()
}

#[test]
fn every_source_agrees_with_the_calls() {
    for (source, name) in [("export", "export"), ("hunting", "hunting queries")] {
        let scene = scene(100, "none");
        let option = format!("--cross-check={source}");
        let run = scene.report(&[&option]).exits_with(0);
        assert_eq!(rows(&run), []);
        let csv = String::from_utf8(run.bytes("crosscheck.csv")).unwrap();
        let header = "machineId,kbId,inFirst,inSecond,cveFirst,cveSecond,because\n";
        assert_eq!(csv, header);
        let summary = run.summary();
        let check = &summary["crossCheck"];
        assert_eq!(check["source"], source);
        assert_eq!(check["compared"], summary["gaps"]);
        assert_eq!(check["machinesNotCompared"], 0, "{}", run.stderr);
        let sentence = format!("Calls and {name} agree on all gaps");
        assert!(run.stdout.contains(&sentence), "{}", run.stdout);
        assert_eq!(summary["sources"]["calls"], 100);
    }
}

#[test]
fn updates_without_a_cve_are_explained() {
    let scene = scene(100, "without-cves=0.5");
    let run = scene.report(&CHECK).exits_with(0);
    let differing = rows(&run);
    let without: Vec<Row> = run.rows("gaps.csv");
    let without = without.iter().filter(|row| row["cveAddressed"] == "0");
    assert_eq!(differing.len(), without.count());
    assert_eq!(because(&differing), BTreeSet::from(["noCve"]));
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    assert!(page.contains("<section id=\"crosscheck\">"));
    let report: serde_json::Value = serde_json::from_slice(&run.bytes("report.json")).unwrap();
    let listed = report["crossCheckRows"].as_array().unwrap();
    assert_eq!(listed.len(), differing.len());
    assert_eq!(listed[0]["inFirst"], true);
    let sentence = format!("{} without a CVE", differing.len());
    assert!(run.stdout.contains(&sentence), "{}", run.stdout);
}

#[test]
fn later_export_explains_what_was_younger_than_the_first() {
    let mut scene = Scene::with(|tenant| {
        tenant.machines = 100;
        tenant.nights = 8;
        tenant.faults = "export-stale=24".parse().unwrap();
    });
    let first = scene.report(&CHECK).exits_with(0);
    let before = rows(&first);
    assert!(!before.is_empty());
    assert_eq!(because(&before), BTreeSet::from(["unknown"]));

    // The service refreshes its export every six hours.
    scene.replace_tenant_by_one_ahead(7, |tenant| {
        tenant.machines = 100;
        tenant.nights = 8;
    });
    let second = scene.report(&CHECK).exits_with(0);
    assert_eq!(rows(&second), []);

    let again = scene.run(&["report", "--offline", "--run=1"]).exits_with(0);
    let after = rows(&again);
    assert_eq!(after.len(), before.len());
    assert_eq!(because(&after), BTreeSet::from(["age"]));
    let sentence = format!("{} younger than the export", before.len());
    assert!(again.stdout.contains(&sentence), "{}", again.stdout);
}

#[test]
fn plan_names_the_calls_of_the_second_source() {
    let scene = scene(60, "none");
    for (source, expected) in [
        ("export", "1 for the export of software vulnerabilities"),
        ("hunting", "2 queries, more if answers are cut"),
    ] {
        let option = format!("--cross-check={source}");
        let run = scene.report(&["--dry-run", &option]).exits_with(0);
        let line = run.stdout.lines().find(|it| it.starts_with("cross-check"));
        assert!(line.unwrap().contains(expected), "{}", run.stdout);
        assert!(run.stdout.contains("crosscheck.csv"), "{}", run.stdout);
    }
    scene.assert_no_requests();
}

#[test]
fn machines_that_the_export_left_out_are_unexplained() {
    let scene = scene(100, "export-group-missing");
    let run = scene.report(&CHECK).exits_with(0);
    let differing = rows(&run);
    assert!(!differing.is_empty());
    assert_eq!(because(&differing), BTreeSet::from(["unknown"]));
    // The reports are about what the calls say.
    let gaps = run.rows("gaps.csv");
    assert_eq!(run.summary()["crossCheck"]["compared"], gaps.len());
    assert!(gaps.iter().all(|row| row["source"] == "calls"));
    assert!(
        run.stdout.contains("Every report shows what the calls say"),
        "{}",
        run.stdout
    );
}

#[test]
fn missing_role_costs_only_the_comparison() {
    for (fault, source, role) in [
        (
            TenantFault::MissingExportRole,
            "export",
            "Vulnerability.Read.All",
        ),
        (
            TenantFault::MissingHuntingRole,
            "hunting",
            "ThreatHunting.Read.All",
        ),
    ] {
        let scene = Scene::with(|tenant| {
            tenant.machines = 10;
            tenant.faults.tenant = Some(fault);
        });
        let option = format!("--cross-check={source}");
        let run = scene.report(&[&option]).exits_with(0);
        let because = run.summary()["crossCheck"]["missingBecause"].clone();
        assert!(because.as_str().unwrap().contains(role), "{because}");
        let early = format!("The answers may not be compared with a second source ({source})");
        assert!(run.stderr.contains(&early), "{}", run.stderr);
        assert!(run.stderr.contains(role), "{}", run.stderr);
        assert!(!run.files().contains("crosscheck.csv"));
        let sentence = "are not compared: the token lacks the role";
        assert!(run.stdout.contains(sentence), "{}", run.stdout);
    }
}

#[test]
fn without_the_option_nothing_is_requested_or_written() {
    let scene = scene(20, "none");
    let run = scene.report(&CHECK).exits_with(0);
    assert!(run.files().contains("crosscheck.csv"));
    let exports = || {
        let log = scene.tenant.log();
        log.only(ApiName::VulnerabilityExport).calls.len()
    };
    let before = exports();
    assert!(before > 0);
    let run = scene.report(&["--fresh"]).exits_with(0);
    assert!(run.summary().get("crossCheck").is_none());
    // The comparison of an earlier night is removed by a run without one.
    assert!(!run.files().contains("crosscheck.csv"));
    assert_eq!(exports(), before);
}

#[test]
fn source_is_not_compared_with_itself() {
    let scene = scene(5, "none");
    let both = ["--source=export", "--cross-check=export"];
    let run = scene.report(&both).exits_with(3);
    run.complains("--cross-check export compares the answers with their own source")
        .hints("--cross-check off");
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn sources_that_have_all_machines_are_compared_too() {
    let scene = scene(100, "none");
    let run = scene
        .report(&["--source=hunting", "--cross-check=export"])
        .exits_with(0);
    assert_eq!(rows(&run), []);
    let sentence = "Hunting queries and export agree on all gaps";
    assert!(run.stdout.contains(sentence), "{}", run.stdout);
}

#[test]
fn inferred_answers_are_compared_too() {
    let scene = scene(400, "none");
    let arguments = [
        "--source=cohorts",
        "--cross-check=export",
        "--format=csv,json",
    ];
    let run = scene.report(&arguments).exits_with(0);
    let summary = run.summary();
    assert!(summary["sources"]["inferred"].as_u64() > Some(0));
    assert_eq!(rows(&run), []);
    assert_eq!(summary["crossCheck"]["compared"], summary["gaps"]);
    let sentence = "Answers and export agree on all gaps";
    assert!(run.stdout.contains(sentence), "{}", run.stdout);
}

#[test]
fn run_that_ended_early_is_not_compared() {
    let scene = Scene::with_machines(60);
    let arguments = [
        "--cross-check=export",
        "--rate-limit",
        "40/h",
        "--budget",
        "3s",
    ];
    let run = scene.report(&arguments).exits_with(5);
    let because = &run.summary()["crossCheck"]["missingBecause"];
    assert_eq!(*because, "the time limit was reached");
}

#[test]
fn kept_comparison_is_reported_again() {
    let scene = scene(60, "without-cves=0.5");
    let names = [
        "crosscheck.csv",
        "report.html",
        "report.json",
        "summary.json",
    ];
    let run = scene.report(&CHECK).exits_with(0);
    assert!(!rows(&run).is_empty());
    let before = names.map(|it| run.bytes(it));
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(before, names.map(|it| again.bytes(it)));
    scene.report(&["--fresh"]).exits_with(0);
    scene
        .run(&["report", "--offline", "--cross-check=export"])
        .exits_with(0)
        .complains("this run has no stored comparison");
}

#[test]
fn demo_compares_with_the_export() {
    let scene = Scene::with_machines(1);
    let typed = ["demo", "--machines", "40", "--cross-check=export"];
    let run = scene.finish(&mut scene.bare(&typed));
    let run = run.exits_with(0);
    assert!(run.stdout.contains("Calls and export"), "{}", run.stdout);
}
