//! `--check-list`: the list is compared with the machines that the service lists.

use std::collections::BTreeSet;

use patchgap::{
    domain::{machine::MachineId, skip_reason::SkipReason},
    simulator::ApiName,
};

use crate::common::{Finished, Scene};

/// The reports that show the comparison.
const FILES: [&str; 5] = [
    "unlisted.csv",
    "report.json",
    "report.html",
    "summary.json",
    "machines.csv",
];

const CHECK: [&str; 3] = ["report", "list.csv", "--check-list"];

fn write_list(scene: &Scene, machines: &[MachineId]) {
    let rows: Vec<String> = machines.iter().map(ToString::to_string).collect();
    scene.write("list.csv", format!("machineId\n{}", rows.join("\n")));
}

/// The machines that a run with the service's list would request.
fn selected(scene: &Scene) -> Vec<MachineId> {
    let listed = scene.tenant.listed();
    let selected = listed.filter(|it| it.skipped_because.is_none() && it.bad_id.is_none());
    let ids: BTreeSet<MachineId> = selected.map(|it| it.id).collect();
    ids.into_iter().collect()
}

fn unlisted(run: &Finished) -> BTreeSet<String> {
    let rows = run.rows("unlisted.csv");
    rows.iter().map(|row| row["machineId"].clone()).collect()
}

#[test]
fn differences_are_those_of_the_tenant() {
    let scene = Scene::with_machines(150);
    let merged = scene.tenant.listed();
    let merged = merged.filter(|it| it.skipped_because == Some(SkipReason::Merged));
    let merged = merged.last().unwrap();
    let all = selected(&scene);
    let foreign = MachineId::from_bytes([7; 20]);
    let mut list = all[..140].to_vec();
    list.extend([foreign, merged.id]);
    write_list(&scene, &list);
    let run = scene.run(&[&CHECK[..], &["--min-coverage", "90"]].concat());
    let run = run.exits_with(0);
    let expected: BTreeSet<String> = all[140..].iter().map(ToString::to_string).collect();
    assert_eq!(unlisted(&run), expected);
    let whole = scene.run(&["machines"]).exits_with(0).stdout;
    let text = String::from_utf8(run.bytes("unlisted.csv")).unwrap();
    let rows: BTreeSet<&str> = whole.lines().collect();
    assert!(text.lines().all(|line| rows.contains(line)), "{text}");
    assert_eq!(text.lines().next(), whole.lines().next());

    let summary = run.summary();
    assert_eq!(summary["list"]["source"], "file");
    assert_eq!(summary["list"]["unlisted"], 10);
    assert_eq!(summary["list"]["selectedByService"], 150);
    assert_eq!(summary["list"]["notInService"], 1);
    assert_eq!(summary["list"]["merged"], 1);
    let whole: serde_json::Value = serde_json::from_slice(&run.bytes("report.json")).unwrap();
    assert_eq!(
        whole["notInService"],
        serde_json::json!([foreign.to_string()])
    );
    let into = merged.merged_into.unwrap();
    let pair = serde_json::json!([{
        "machineId": merged.id.to_string(),
        "mergedInto": into.to_string(),
    }]);
    assert_eq!(whole["merged"], pair);
    let sentence = format!(
        "your list has 140 of the 150 machines that the service lists and the filters select (10 are in \
         unlisted.csv); 1 of your machines is not listed by the service; 1 was merged: {} into {into}",
        merged.id
    );
    assert!(run.stdout.contains(&sentence), "{}", run.stdout);
    let page = String::from_utf8(run.bytes("report.html")).unwrap();
    assert!(page.contains(&sentence));
    assert_eq!(run.counts().answered, 140);
}

#[test]
fn offline_reports_have_the_same_bytes() {
    let scene = Scene::with_machines(60);
    write_list(&scene, &selected(&scene)[5..]);
    let run = scene.run(&CHECK).exits_with(0);
    let before = FILES.map(|name| run.bytes(name));
    let calls = scene.tenant.log().calls.len();
    let again = scene.run(&["report", "--offline"]).exits_with(0);
    assert_eq!(FILES.map(|name| again.bytes(name)), before);
    assert_eq!(scene.tenant.log().calls.len(), calls);
}

#[test]
fn filters_select_the_machines_to_compare_with() {
    let scene = Scene::with_machines(60);
    write_list(&scene, &selected(&scene)[..1]);
    let run = scene.run(&[&CHECK[..], &["--os", "WindowsServer"]].concat());
    let run = run.exits_with(0);
    let rows = run.rows("unlisted.csv");
    assert!(!rows.is_empty());
    let is_server = |platform: &str| platform.starts_with("WindowsServer");
    assert!(rows.iter().all(|row| is_server(&row["osPlatform"])));
}

#[test]
fn without_the_flag_nothing_is_compared() {
    let scene = Scene::with_machines(20);
    write_list(&scene, &selected(&scene)[..10]);
    scene.run(&CHECK).exits_with(0);
    let lists = || scene.tenant.log().only(ApiName::Machines).calls.len();
    let before = lists();
    let run = scene.run(&["report", "list.csv"]).exits_with(0);
    assert_eq!(lists(), before);
    assert!(!run.files().contains("unlisted.csv"), "{:?}", run.files());
    assert!(run.summary()["list"].get("unlisted").is_none());
    assert!(!run.stdout.contains("your list"));
}

/// Runs with a fault of the list; the run itself is as good as without.
fn run_with(fault: &str) -> (Scene, Finished) {
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults = fault.parse().unwrap();
    });
    write_list(&scene, &selected(&scene)[..10]);
    let run = scene.run(&[&CHECK[..], &["--retries", "0"]].concat());
    (scene, run.exits_with(0))
}

#[test]
fn failure_of_the_list_never_costs_the_run() {
    for (fault, why) in [
        ("missing-list-role", "Machine.Read.All"),
        ("list-server-error", "HTTP 500"),
        ("list-not-json", "a web page, not JSON"),
    ] {
        let (scene, run) = run_with(fault);
        assert_eq!(run.counts().answered, 10, "{fault}");
        let problem = &run.summary()["list"]["notComparedBecause"];
        let problem = problem.as_str().unwrap();
        assert!(problem.contains(why), "{fault}: {problem}");
        let run = run.complains("The list was not compared with the service's: ");
        assert!(run.stdout.contains("your list was not compared"), "{fault}");
        assert!(!run.files().contains("unlisted.csv"), "{fault}");
        let before = run.bytes("summary.json");
        let again = scene.run(&["report", "--offline"]).exits_with(0);
        assert_eq!(again.bytes("summary.json"), before, "{fault}");
    }
}

#[test]
fn odd_records_are_compared_like_others() {
    for fault in [
        "list-twice",
        "list-bad-ids",
        "list-hostile-text",
        "list-null-names",
    ] {
        let (scene, run) = run_with(fault);
        let expected: BTreeSet<String> = selected(&scene)[10..]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(unlisted(&run), expected, "{fault}");
    }
}

#[test]
fn a_file_of_that_name_that_is_not_ours_is_left_alone() {
    let scene = Scene::with_machines(5);
    write_list(&scene, &selected(&scene));
    std::fs::create_dir(scene.path("reports")).unwrap();
    scene.write("reports/unlisted.csv", "mine");
    scene.run(&CHECK).exits_with(3).complains("unlisted.csv");
    scene.assert_no_requests();
    scene.run(&["report", "list.csv"]).exits_with(0);
    let kept = std::fs::read_to_string(scene.path("reports/unlisted.csv"));
    assert_eq!(kept.unwrap(), "mine");
}

#[test]
fn damaged_comparison_is_never_reported() {
    let scene = Scene::with_machines(20);
    write_list(&scene, &selected(&scene)[..10]);
    scene.run(&CHECK).exits_with(0);
    scene
        .kept()
        .execute("UPDATE list_check SET inventory = (SELECT inventory FROM run)");
    scene
        .run(&["report", "--offline"])
        .exits_with(3)
        .complains("the stored list of the service does not match its checksum");
}
