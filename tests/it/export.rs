//! Answers from the export of software vulnerabilities: `--source export`.

use std::collections::BTreeMap;

use patchgap::simulator::{ApiName, TenantFault};

use crate::common::{Finished, Row, Scene, fleet_ids, wait_until};

const EXPORT: [&str; 2] = ["--source=export", "--fresh"];
/// Columns in which two sources differ.
const OF_THE_SOURCE: [&str; 13] = [
    "distinctCves",
    "cvssMax",
    "severity",
    "answeredAt",
    "since",
    "daysMissing",
    "oldestSince",
    "medianDaysMissing",
    "machineMissedOn",
    "source",
    "windowsBuild",
    "run",
    "date",
];

fn scene(machines: usize, faults: &str) -> Scene {
    Scene::with(|tenant| {
        tenant.machines = machines;
        tenant.faults = faults.parse().unwrap();
    })
}

/// The rows of a report without what is different by the source.
fn rows(run: &Finished, name: &str) -> Vec<Row> {
    let mut rows = run.rows(name);
    for row in &mut rows {
        row.retain(|column, _| {
            !OF_THE_SOURCE.contains(&column.as_str()) && !column.starts_with("support")
        });
    }
    rows
}

fn calls(scene: &Scene) -> Vec<ApiName> {
    let log = scene.tenant.log();
    log.calls.iter().filter_map(|call| call.api).collect()
}

#[test]
fn reports_are_those_of_the_calls() {
    let scene = scene(150, "none");
    let export = scene.report(&EXPORT).exits_with(0);
    let of_export = calls(&scene);
    assert!(!of_export.contains(&ApiName::MissingKbs));
    assert!(of_export.contains(&ApiName::VulnerabilityExport));
    let by_export = ["kbs.csv", "gaps.csv", "machines.csv"].map(|it| rows(&export, it));
    let summary = export.summary();
    assert_eq!(summary["sources"]["export"], 150);
    let generated = summary["exportGeneratedAt"].as_str().unwrap().to_owned();
    let machines = export.rows("machines.csv");
    assert!(machines.iter().all(|row| row["answeredAt"] == generated));
    assert!(machines.iter().all(|row| row["source"] == "export"));
    assert!(
        export
            .stdout
            .contains("answered by the export of software vulnerabilities"),
        "{}",
        export.stdout
    );
    let called = scene.report(&["--fresh", "--source=calls"]).exits_with(0);
    let by_calls = ["kbs.csv", "gaps.csv", "machines.csv"].map(|it| rows(&called, it));
    assert_eq!(by_export, by_calls);
    // The only difference is the source: nothing is news.
    let changes = &called.summary()["changes"];
    assert_eq!(changes["new"], 0, "{changes}");
    assert_eq!(changes["resolved"], 0, "{changes}");
}

#[test]
fn gap_that_only_one_source_has_is_no_news() {
    let scene = scene(200, "without-cves=0.5");
    let before = scene.report(&["--fresh"]).exits_with(0).summary();
    let now = scene.report(&EXPORT).exits_with(0).summary();
    assert!(before["gaps"].as_u64() > now["gaps"].as_u64());
    let changes = &now["changes"];
    assert_eq!(changes["resolved"], 0, "{changes}");
    let only_then = before["gaps"].as_u64().unwrap() - now["gaps"].as_u64().unwrap();
    assert_eq!(changes["unknown"], only_then, "{changes}");
}

#[test]
fn offline_writes_the_same_bytes() {
    let scene = scene(60, "none");
    let online = scene.report(&EXPORT).exits_with(0);
    let names = [
        "kbs.csv",
        "gaps.csv",
        "machines.csv",
        "report.html",
        "summary.json",
    ];
    let before = names.map(|it| online.bytes(it));
    scene.tenant.log();
    let again = scene.report(&["--offline"]).exits_with(0);
    assert_eq!(before, names.map(|it| again.bytes(it)));
}

#[test]
fn cves_are_kept_once_for_each_set() {
    let scene = scene(80, "none");
    let run = scene.report(&EXPORT).exits_with(0);
    let store = rusqlite::Connection::open(scene.path("store.sqlite")).unwrap();
    let kept: BTreeMap<String, i64> = store
        .prepare(
            "SELECT DISTINCT kb_id, json_array_length(cves)
             FROM missing_kb JOIN cve_set ON cve_set.id = missing_kb.cve_set
             ORDER BY 2",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for row in run.rows("kbs.csv") {
        assert_eq!(kept[&row["kbId"]].to_string(), row["cveAddressed"]);
    }
    let count = |sql: &str| {
        store
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert!(count("SELECT count(*) FROM cve WHERE severity IS NOT NULL AND cvss_tenths > 0") > 0);
    assert!(count("SELECT count(*) FROM cve_set") <= count("SELECT count(*) FROM missing_kb"));
}

#[test]
fn machine_without_a_row_is_clean_only_if_the_service_knows_it() {
    let scene = scene(50, "none");
    let stranger = "00000000000000000000000000000000000000aa";
    let mut ids: Vec<String> = fleet_ids(50).iter().map(ToString::to_string).collect();
    ids.push(stranger.to_owned());
    scene.write("machines.csv", ids.join("\n"));
    let run = scene.report(&EXPORT).exits_with(5);
    let failures = run.rows("failures.csv");
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0]["machineId"], stranger);
    assert_eq!(failures[0]["reason"], "notInExport");
    let status = run.row("machines.csv", stranger.parse().unwrap());
    assert_eq!(status["status"], "notFound");
    assert_eq!(run.summary()["machines"]["notFound"], 1);
    assert!(calls(&scene).contains(&ApiName::SoftwareExport));
}

#[test]
fn list_of_the_service_says_which_machines_miss_nothing() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 200;
        tenant.faults.tenant = Some(TenantFault::MissingRole);
    });
    let run = scene.run(&["report", "--all-machines", "--source=export"]);
    assert!(
        !calls(&scene).contains(&ApiName::SoftwareExport),
        "{}",
        run.stderr
    );
    let run = run.exits_with(0);
    assert_eq!(run.summary()["machines"]["notFound"], 0, "{}", run.stderr);
}

#[test]
fn missing_role_ends_the_run_before_anything_is_asked() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 5;
        tenant.faults.tenant = Some(TenantFault::MissingExportRole);
    });
    let run = scene.report(&EXPORT).exits_with(4);
    run.complains("Vulnerability.Read.All")
        .hints("Vulnerability.Read.All");
    assert_eq!(calls(&scene), []);
}

#[test]
fn pages_stand_in_for_files() {
    for faults in [
        "export-no-files",
        "export-link-private",
        "export-file-not-gzip=1",
    ] {
        let scene = scene(50, faults);
        let mut command = scene.command(&["report", "machines.csv", "--source=export"]);
        let run = scene
            .finish(command.env("PATCHGAP_RETRIES", "0"))
            .exits_with(0);
        assert!(
            calls(&scene).contains(&ApiName::Vulnerabilities),
            "{faults}"
        );
        assert_eq!(run.summary()["sources"]["export"], 50, "{faults}");
    }
}

#[test]
fn export_that_cannot_be_read_gives_no_answer() {
    let mut scene = scene(100, "export-file-cut=1,export-not-json=1");
    let mut command = scene.command(&["report", "machines.csv", "--source=export"]);
    let run = scene
        .finish(command.env("PATCHGAP_RETRIES", "0"))
        .exits_with(5);
    assert_eq!(run.summary()["machines"]["pending"], 100);
    let run = run.complains("could not be read").hints("run again");
    assert!(!run.stderr.contains("sig="), "{}", run.stderr);
    scene.replace_tenant(|tenant| tenant.machines = 100);
    let again = scene.report(&["--source=export"]).exits_with(0);
    assert_eq!(again.summary()["sources"]["export"], 100);
}

#[test]
fn interrupted_export_gives_no_answer() {
    let scene = scene(40, "export-throttled=1");
    let mut command = scene.command(&["report", "machines.csv", "--source=export"]);
    let run = crate::common::Background::start(&mut command, scene.path("reports"));
    wait_until("a call", || !calls(&scene).is_empty());
    run.signal("INT");
    let run = run.finish().exits_with(130);
    assert_eq!(run.summary()["machines"]["pending"], 40);
}

#[test]
fn machines_that_are_not_on_the_list_are_counted() {
    let scene = scene(60, "none");
    let ids: Vec<String> = fleet_ids(20).iter().map(ToString::to_string).collect();
    scene.write("machines.csv", ids.join("\n"));
    let run = scene.report(&EXPORT).exits_with(0);
    let unlisted = run.summary()["exportUnlisted"].as_u64().unwrap();
    assert!(unlisted > 20, "{unlisted}");
    assert!(
        run.stdout.contains("that are not on the list"),
        "{}",
        run.stdout
    );
}

#[test]
fn hunting_gives_the_same_answers() {
    let scene = scene(150, "none");
    let run = scene.report(&["--source=hunting", "--fresh"]).exits_with(0);
    let of_hunting = calls(&scene);
    assert!(of_hunting.contains(&ApiName::Hunting));
    assert!(!of_hunting.contains(&ApiName::MissingKbs));
    let by_hunting = ["kbs.csv", "gaps.csv", "machines.csv"].map(|it| rows(&run, it));
    let summary = run.summary();
    assert_eq!(summary["sources"]["hunting"], 150);
    assert!(
        run.stdout.contains("answered by hunting queries"),
        "{}",
        run.stdout
    );
    let export = scene.report(&EXPORT).exits_with(0);
    let by_export = ["kbs.csv", "gaps.csv", "machines.csv"].map(|it| rows(&export, it));
    assert_eq!(by_hunting, by_export);
}

#[test]
fn answers_of_hunting_that_are_cut_are_divided() {
    let scene = scene(200, "hunting-rows=200");
    let run = scene.report(&["--source=hunting"]).exits_with(0);
    let truth: usize = fleet_ids(200)
        .iter()
        .map(|it| scene.tenant.truth(*it).unwrap().len())
        .sum();
    assert_eq!(run.summary()["gaps"], truth, "{}", run.stderr);
    let queries = calls(&scene);
    assert!(queries.len() > 6, "{queries:?}");
}

#[test]
fn missing_role_of_graph_ends_the_run_before_anything_is_asked() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 5;
        tenant.faults.tenant = Some(TenantFault::MissingHuntingRole);
    });
    let run = scene.report(&["--source=hunting"]).exits_with(4);
    run.complains("ThreatHunting.Read.All")
        .hints("Microsoft Graph");
    assert_eq!(calls(&scene), []);
}

#[test]
fn hunting_that_fails_gives_no_answer() {
    let scene = scene(30, "hunting-not-json=1");
    let mut command = scene.command(&["report", "machines.csv", "--source=hunting"]);
    let run = scene
        .finish(command.env("PATCHGAP_RETRIES", "0"))
        .exits_with(5);
    assert_eq!(run.summary()["machines"]["pending"], 30);
    run.complains("could not be read");
}
