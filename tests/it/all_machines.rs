//! The list comes from the service: every machine that it lists has a row.

use std::{collections::BTreeMap, fs};

use patchgap::simulator::{ApiName, Settings};

use crate::common::{Finished, Scene};

/// By machine id: the reason why it is skipped; empty if it is requested.
type Reasons = BTreeMap<String, String>;

/// What the tenant lists.
fn truth(scene: &Scene) -> Reasons {
    let listed = scene.tenant.listed();
    let reasons = listed.map(|machine| {
        let reason = machine.skipped_because.map_or("", |it| it.as_str());
        (machine.id.to_string(), reason.to_owned())
    });
    reasons.collect()
}

/// What a table of machines says.
fn reasons(rows: &[BTreeMap<String, String>]) -> Reasons {
    let reasons = rows
        .iter()
        .map(|row| (row["machineId"].clone(), row["skippedBecause"].clone()));
    reasons.collect()
}

fn requested(run: &Finished) -> usize {
    let rows = run.rows("machines.csv");
    rows.iter().filter(|row| row["status"] != "skipped").count()
}

#[test]
fn every_listed_machine_is_requested_or_skipped_with_its_reason() {
    let scene = Scene::with_machines(150);
    let run = scene.run(&["report", "--all-machines"]).exits_with(0);
    let rows = run.rows("machines.csv");
    assert_eq!(reasons(&rows), truth(&scene));
    assert_eq!(requested(&run), 150);
    let summary = run.summary();
    assert_eq!(summary["list"]["source"], "service");
    assert_eq!(summary["list"]["machines"], rows.len());
    assert_eq!(summary["list"]["skipped"], rows.len() - 150);
    assert_eq!(summary["machines"]["answered"], 150);
    let log = scene.tenant.log().only(ApiName::MissingKbs);
    assert_eq!(log.calls.len(), 150, "no skipped machine is requested");
    for column in ["deviceName", "osPlatform", "lastSeen", "group", "tags"] {
        assert!(rows.iter().any(|row| !row[column].is_empty()), "{column}");
    }
}

#[test]
fn list_as_csv_gives_the_same_rows_and_figures() {
    let scene = Scene::with_machines(150);
    let files = ["kbs.csv", "machines.csv", "failures.csv"];
    let all = scene.run(&["report", "--all-machines"]).exits_with(0);
    let hide = |run: &Finished| {
        files.map(|file| run.masked(file, &["answeredAt", "since", "oldestSince", "run", "date"]))
    };
    let expected = hide(&all);
    let list = scene.run(&["machines"]).exits_with(0).stdout;
    let piped = scene.pipe(&["report", "-", "--fresh"], list).exits_with(0);
    assert_eq!(hide(&piped), expected);
    scene
        .run(&["machines", "--output", "list.csv"])
        .exits_with(0);
    let read = scene.run(&["report", "list.csv", "--fresh"]).exits_with(0);
    assert_eq!(hide(&read), expected);
}

#[test]
fn filters_select_and_the_others_keep_a_row() {
    let scene = Scene::with_machines(150);
    let whole = truth(&scene);
    let run = scene.run(&["report", "--all-machines", "--os", "WindowsServer"]);
    let run = run.exits_with(0);
    let rows = run.rows("machines.csv");
    assert_eq!(rows.len(), whole.len());
    for row in &rows {
        let is_server = row["osPlatform"].starts_with("WindowsServer");
        let reason = &row["skippedBecause"];
        match whole[&row["machineId"]].as_str() {
            "" if is_server => assert_eq!(reason, ""),
            "" => assert_eq!(reason, "filtered"),
            other => assert_eq!(reason, other),
        }
    }
    assert!(requested(&run) > 0);
}

#[test]
fn interrupted_run_resumes_with_its_own_list() {
    let scene = Scene::with(|settings| {
        settings.machines = 60;
        settings.limits = "40/h".parse().unwrap();
    });
    let out_of_time = [
        "report",
        "--all-machines",
        "--rate-limit",
        "40/h",
        "--budget",
        "3s",
    ];
    let first = scene.run(&out_of_time).exits_with(5);
    let before = first.rows("machines.csv").len();
    let log = scene.tenant.log().only(ApiName::Machines);
    let calls = log.calls.len();
    let again = scene.run(&out_of_time);
    assert_eq!(again.rows("machines.csv").len(), before);
    let log = scene.tenant.log().only(ApiName::Machines);
    assert_eq!(log.calls.len(), calls, "the list is not fetched again");
    scene
        .run(&[
            "report",
            "--all-machines",
            "--os",
            "WindowsServer",
            "--dry-run",
        ])
        .exits_with(3)
        .complains("the store has no machine list of the service");
    let plan = scene
        .run(&["report", "--all-machines", "--dry-run"])
        .exits_with(0);
    assert!(plan.stdout.contains("60 machines"), "{}", plan.stdout);
}

#[test]
fn usage_errors_name_what_to_drop() {
    let scene = Scene::with_machines(5);
    scene.write("list.csv", scene.tenant.inventory_csv());
    scene
        .run(&["report", "list.csv", "--all-machines"])
        .exits_with(2)
        .complains("--all-machines");
    scene
        .run(&["report", "list.csv", "--tag", "x"])
        .exits_with(2)
        .complains("--tag only applies to the service's own list");
    scene
        .run(&["report"])
        .exits_with(2)
        .complains("no machine list given");
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn bad_filter_and_no_match_are_configuration_errors() {
    let scene = Scene::with_machines(5);
    scene
        .run(&["report", "--all-machines", "--filter", "size gt 3"])
        .exits_with(3)
        .complains("rejects --filter: HTTP 400 ODataError");
    scene
        .run(&["machines", "--filter", "osPlatform eq 'BeOS'"])
        .exits_with(3)
        .complains("the service lists no machines that match --filter");
    scene
        .run(&["report", "--all-machines", "--group", "no such group"])
        .exits_with(3)
        .complains("the service lists 6 machines, but all of them are skipped: ")
        .hints("`patchgap machines` lists every machine with its reason");
    assert!(
        scene
            .tenant
            .log()
            .only(ApiName::MissingKbs)
            .calls
            .is_empty()
    );
}

#[test]
fn unwritable_output_is_found_out_before_anything_is_requested() {
    let scene = Scene::with_machines(5);
    fs::create_dir(scene.path("folder")).unwrap();
    scene.write("list.csv", "");
    for output in ["missing/list.csv", "folder"] {
        scene
            .run(&["machines", "--output", output])
            .exits_with(6)
            .complains(&format!("cannot write {output}"));
    }
    scene
        .run(&["report", "--all-machines", "--out", "list.csv/x"])
        .exits_with(6);
    assert!(scene.tenant.log().calls.is_empty());
    assert_eq!(fs::read_dir(scene.path("folder")).unwrap().count(), 0);
}

#[test]
fn output_never_replaces_a_file_of_the_run() {
    let scene = Scene::with_machines(5);
    scene.run(&["report", "--all-machines"]).exits_with(0);
    scene.write("patchgap.toml", "retries = 3");
    let before = fs::read(scene.path("patchgap.toml")).unwrap();
    scene
        .run(&["machines", "--output", "patchgap.toml"])
        .exits_with(3)
        .complains("the configuration file")
        .hints("choose another place with --output");
    assert_eq!(fs::read(scene.path("patchgap.toml")).unwrap(), before);
}

#[test]
fn dry_run_without_a_kept_list_says_how_to_get_one() {
    let scene = Scene::with_machines(5);
    scene
        .run(&["report", "--all-machines", "--dry-run"])
        .exits_with(3)
        .hints("`patchgap report --all-machines` fetches and stores it");
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn options_of_reports_are_refused_where_they_have_no_effect() {
    let scene = Scene::with_machines(5);
    for option in ["--out=x", "--rate-limit=none", "--fresh", "--format=csv"] {
        let run = scene.run(&["machines", option]).exits_with(2);
        run.complains("unexpected argument");
    }
    let help = scene.run(&["machines", "--help"]).exits_with(0).stdout;
    assert!(help.contains("--seen-within"), "{help}");
    assert!(!help.contains("--rate-limit"), "{help}");
}

#[test]
fn list_that_cannot_be_had_requests_no_machine() {
    for (faults, message) in [
        ("list-server-error=1", "HTTP 500"),
        ("list-no-value=1", "the reply has no `value`"),
        ("list-not-json=1", "the reply is a web page"),
    ] {
        let scene = Scene::with(|settings| {
            settings.machines = 5;
            settings.faults = faults.parse().unwrap();
        });
        let run = scene.run(&["report", "--all-machines", "--retries", "1"]);
        let run = run.exits_with(5).complains(message);
        run.complains("the service did not return its machine list");
        let log = scene.tenant.log();
        assert_eq!(log.calls.len(), 2, "{faults}");
        assert!(log.only(ApiName::MissingKbs).calls.is_empty(), "{faults}");
    }
}

#[test]
fn throttled_list_waits_and_comes_whole() {
    let scene = Scene::with(|settings| {
        settings.machines = 50;
        settings.faults = "list-throttled=0.5".parse().unwrap();
    });
    let run = scene.run(&["report", "--all-machines"]).exits_with(0);
    assert_eq!(reasons(&run.rows("machines.csv")), truth(&scene));
    assert_eq!(
        run.summary()["requests"]["throttled"],
        0,
        "of the machines' calls"
    );
}

#[test]
fn machines_come_to_the_tenant_and_leave_it() {
    let mut scene = Scene::with(|settings| settings.machines = 60);
    scene.run(&["report", "--all-machines"]).exits_with(0);
    let nights = |settings: &mut Settings| {
        settings.machines = 60;
        settings.nights = 20;
    };
    scene.replace_tenant(nights);
    let list = scene.run(&["machines"]).exits_with(0).stdout;
    let run = scene.run(&["report", "--all-machines"]).exits_with(0);
    let moved = run.summary()["changes"]["machines"].clone();
    assert!(moved["left"].as_u64().unwrap() > 0, "{moved}");
    assert!(run.stdout.contains(" left the tenant"), "{}", run.stdout);
    // A list in a file says nothing about the tenant.
    let lines: Vec<&str> = list.lines().collect();
    scene.write("list.csv", lines[..lines.len() / 2].join("\n"));
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    assert!(run.stdout.contains(" left the list"), "{}", run.stdout);
}

#[test]
fn missing_role_is_named_before_anything_is_requested() {
    let scene = Scene::with(|settings| {
        settings.machines = 5;
        settings.faults = "missing-list-role".parse().unwrap();
    });
    scene
        .run(&["report", "--all-machines"])
        .exits_with(4)
        .complains("Machine.Read.All")
        .hints("grant the app registration the application permission Machine.Read.All");
    assert!(scene.tenant.log().calls.is_empty());
}

#[test]
fn offline_reports_use_the_kept_list() {
    let scene = Scene::with_machines(20);
    let files = ["machines.csv", "kbs.csv", "summary.json"];
    let run = scene.run(&["report", "--all-machines"]).exits_with(0);
    let before = files.map(|name| run.bytes(name));
    let calls = scene.tenant.log().calls.len();
    let offline = ["report", "--all-machines", "--offline"];
    let again = scene.run(&offline).exits_with(0);
    assert_eq!(files.map(|name| again.bytes(name)), before);
    assert!(
        again.stderr.contains("20 to query") && again.stderr.contains(" as of "),
        "{}",
        again.stderr
    );
    scene
        .run(&[&offline[..], &["--os", "Windows11"]].concat())
        .exits_with(3)
        .complains("the store has no machine list of the service");
    assert_eq!(scene.tenant.log().calls.len(), calls);
}

#[test]
fn list_of_a_comparison_serves_offline_reports() {
    let scene = Scene::with_machines(20);
    scene.write("list.csv", scene.tenant.inventory_csv());
    let run = scene.run(&["report", "list.csv", "--check-list"]);
    run.exits_with(0);
    let run = scene.run(&["report", "--all-machines", "--offline"]);
    let run = run.exits_with(0);
    assert_eq!(reasons(&run.rows("machines.csv")), truth(&scene));
    assert_eq!(run.summary()["machines"]["answered"], 20);
}
