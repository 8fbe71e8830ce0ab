//! Runs that do not call for every machine: `--source`.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use patchgap::{domain::machine::MachineId, simulator::ApiName, store::Store};

use crate::common::{Finished, Row, Scene};

/// The page and the workbook of this many machines would take longer than the runs.
const FORMATS: &str = "--format=csv,json";
const COHORTS: [&str; 4] = ["--source=cohorts", "--fresh", "--min-coverage=90", FORMATS];
const CHANGES: [&str; 4] = ["--source=changes", "--fresh", "--min-coverage=90", FORMATS];

/// Enough for groups of machines with the same software, and for a sample of the others.
const MACHINES: usize = 600;

/// A tenant in which this percentage of machines misses other KBs than their versions imply.
fn scene(nights: u32, half_installed: &str) -> Scene {
    scene_of(MACHINES, nights, half_installed)
}

fn scene_of(machines: usize, nights: u32, half_installed: &str) -> Scene {
    Scene::with(|tenant| {
        tenant.machines = machines;
        tenant.nights = nights;
        tenant.faults = format!("half-installed={half_installed}").parse().unwrap();
    })
}

/// The machines of a run by `source`.
fn by_source(run: &Finished) -> BTreeMap<String, Vec<Row>> {
    let mut sources: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in run.rows("machines.csv") {
        sources.entry(row["source"].clone()).or_default().push(row);
    }
    sources
}

fn id(row: &Row) -> MachineId {
    row["machineId"].parse().unwrap()
}

/// The machines with an answer of this source whose KBs are not those that they really miss.
fn wrong(scene: &Scene, run: &Finished, source: &str) -> BTreeSet<MachineId> {
    let rows = by_source(run).remove(source).unwrap_or_default();
    let is_wrong = |row: &&Row| {
        let truth = scene.tenant.truth(id(row)).unwrap();
        let truth: BTreeSet<String> = truth.iter().map(|gap| gap.id.to_string()).collect();
        let said: BTreeSet<String> = row["kbIds"]
            .split(';')
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect();
        said != truth
    };
    rows.iter().filter(is_wrong).map(id).collect()
}

/// The number of calls for machines.
fn calls(scene: &Scene) -> usize {
    let log = scene.tenant.log();
    log.calls
        .iter()
        .filter(|call| call.api == Some(ApiName::MissingKbs))
        .count()
}

#[test]
fn two_of_each_cohort_stand_for_the_others() {
    let scene = scene(0, "0");
    let run = scene.report(&COHORTS).exits_with(0);
    let cohorts = scene.tenant.fleet().cohorts();
    let leaders: usize = cohorts.iter().map(|it| it.len().min(2)).sum();
    let sent = calls(&scene);
    assert!(
        sent < leaders + 200 + 60,
        "{sent} calls for {} cohorts",
        cohorts.len()
    );
    let sources = by_source(&run);
    assert!(
        sources["inferred"].len() > 100,
        "{}",
        sources["inferred"].len()
    );
    assert_eq!(wrong(&scene, &run, "inferred"), BTreeSet::new());
    assert_eq!(wrong(&scene, &run, "calls"), BTreeSet::new());
    // Each is inferred from a machine that was called for, with the same answer at the same time.
    let called: BTreeMap<_, _> = sources["calls"].iter().map(|row| (id(row), row)).collect();
    for row in &sources["inferred"] {
        let from = called[&row["inferredFrom"].parse().unwrap()];
        for column in ["kbIds", "answeredAt", "cveAddressed", "osPlatform"] {
            assert_eq!(row[column], from[column], "{column}");
        }
    }
    assert!(run.stderr.contains("more as a sample"), "{}", run.stderr);
    let summary = run.summary();
    assert_eq!(summary["sources"]["inferred"], sources["inferred"].len());
    assert_eq!(summary["rechecked"]["differed"], 0);
    assert_eq!(summary["census"]["differing"], 0);
    assert!(run.stdout.contains("were queried"), "{}", run.stdout);
    assert!(
        run.stdout.contains("rechecked machines 0 differed"),
        "{}",
        run.stdout
    );
}

#[test]
fn only_exceptions_are_wrong() {
    let scene = scene(0, "0.01");
    let run = scene.report(&COHORTS).exits_with(0);
    assert_eq!(wrong(&scene, &run, "calls"), BTreeSet::new());
    let inferred = by_source(&run)["inferred"].len();
    let wrong = wrong(&scene, &run, "inferred");
    assert!(wrong.len() * 50 < inferred, "{} of {inferred}", wrong.len());
    let at_most = run.summary()["rechecked"]["atMostPercent"]
        .as_f64()
        .unwrap();
    assert!(at_most > 0.0 && at_most < 10.0, "{at_most}");
    let rechecked = &run.summary()["rechecked"];
    let [machines, percent] = ["machines", "percent"].map(|it| rechecked[it].as_f64().unwrap());
    let runs = scene.run(&["runs"]).exits_with(0).stdout;
    let row = format!("{percent:.2} % of {machines}");
    assert!(runs.contains("differed") && runs.contains(&row), "{runs}");
    let report: serde_json::Value = serde_json::from_slice(&run.bytes("report.json")).unwrap();
    let of_run = &report["trend"][0]["rechecked"];
    for figure in ["machines", "differed"] {
        assert_eq!(of_run[figure], rechecked[figure]);
    }
}

#[test]
fn change_of_source_is_not_news() {
    // Enough machines that an exception remains among those that were not queried.
    let scene = scene_of(1_500, 0, "0.05");
    let every = ["--software", "--fresh", "--min-coverage=90", FORMATS];
    let first = scene.report(&every).exits_with(0).summary();
    let run = scene.report(&COHORTS).exits_with(0);
    // Nothing has happened: all that differs is an exception that is now inferred from the others.
    let rows = run.rows("changes.csv");
    let wrong = wrong(&scene, &run, "inferred");
    assert!(!wrong.is_empty());
    let machines: BTreeSet<MachineId> = rows.iter().map(id).collect();
    assert_eq!(machines, wrong);
    for row in &rows {
        assert_eq!([&row["change"], &row["source"]], ["unknown", "inferred"]);
    }
    let summary = run.summary();
    let changes = &summary["changes"];
    let count = |it: &serde_json::Value| it.as_u64().unwrap();
    let [unknown_then, unknown_now] = ["base", "today"].map(|it| count(&changes["unknownIn"][it]));
    assert_eq!(count(&changes["unknown"]), rows.len() as u64);
    assert_eq!(unknown_then + unknown_now, rows.len() as u64);
    let still = count(&changes["stillMissing"]);
    assert_eq!(count(&first["gaps"]), still + unknown_then);
    assert_eq!(count(&summary["gaps"]), still + unknown_now);
    let said = format!("{} not comparable (another source)", rows.len());
    assert!(run.stdout.contains(&said), "{}", run.stdout);
    let diff = scene.run(&["diff"]).exits_with(0);
    assert!(diff.stdout.contains("not comparable"), "{}", diff.stdout);
    let again = scene
        .report(&["--offline", "--min-coverage=90", FORMATS])
        .exits_with(0);
    assert_eq!(&again.summary()["changes"], changes);
}

#[test]
fn everyone_is_called_for_where_versions_say_nothing() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 400;
        tenant.faults = "half-installed=0.3".parse().unwrap();
    });
    let run = scene.report(&COHORTS).exits_with(0);
    assert!(!by_source(&run).contains_key("inferred"));
    assert!(calls(&scene) >= 390, "{}", calls(&scene));
    assert_eq!(wrong(&scene, &run, "calls"), BTreeSet::new());
}

#[test]
fn without_the_inventory_everyone_is_called_for() {
    let scene = Scene::with(|tenant| {
        tenant.machines = 60;
        tenant.faults = "software-not-json=1".parse().unwrap();
    });
    let run = scene.report(&[&COHORTS[..], &["--retries=0"]].concat());
    let run = run.exits_with(0);
    assert!(
        run.stderr.contains("Every machine is queried"),
        "{}",
        run.stderr
    );
    let sources: Vec<String> = by_source(&run).into_keys().collect();
    assert_eq!(sources, ["calls"]);
    let because = run.summary()["everyoneBecause"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        because.starts_with("the software inventory is missing: "),
        "{because}"
    );
    assert!(
        run.stdout.contains("No answers were kept or inferred:"),
        "{}",
        run.stdout
    );
    let again = scene
        .report(&["--offline", "--min-coverage=90", FORMATS])
        .exits_with(0);
    assert_eq!(again.summary()["everyoneBecause"], because.as_str());
}

#[test]
fn ordinary_night_calls_for_what_has_changed() {
    let mut scene = scene(3, "0");
    scene.report(&CHANGES).exits_with(0);
    let all = calls(&scene);
    assert!(
        all >= MACHINES,
        "the first night calls for everybody: {all}"
    );
    let mut store = Store::open_existing(&scene.path("store.sqlite")).unwrap();
    store.shift_back(Duration::from_hours(24)).unwrap();
    drop(store);
    scene.replace_tenant(|tenant| {
        tenant.machines = MACHINES;
        tenant.nights = 4;
    });
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let run = scene.report(&CHANGES).exits_with(0);
    let sent = calls(&scene);
    assert!(sent < MACHINES / 2, "{sent}");
    let sources = by_source(&run);
    assert!(
        sources["kept"].len() > MACHINES / 2,
        "{}",
        sources["kept"].len()
    );
    assert_eq!(wrong(&scene, &run, "kept"), BTreeSet::new());
    assert_eq!(wrong(&scene, &run, "calls"), BTreeSet::new());
    // A kept answer has the date of the night before.
    let started = run.summary()["startedAt"].as_str().unwrap().to_owned();
    assert!(
        sources["kept"]
            .iter()
            .all(|row| row["answeredAt"] < started)
    );
    assert!(
        run.stdout.contains("kept from earlier runs"),
        "{}",
        run.stdout
    );
}

#[test]
fn interrupted_run_goes_on_with_the_same_machines() {
    let scene = scene(0, "0");
    let whole = scene.report(&COHORTS).exits_with(0);
    let sent = calls(&scene);
    assert!(whole.summary()["sources"]["inferred"].as_u64() > Some(100));
    // A deadline that is over soon: what is missing then is called for by the next start.
    let stop = [
        "--source=cohorts",
        "--fresh",
        "--min-coverage=90",
        "--pace=200/s",
        "--budget=1s",
        FORMATS,
    ];
    scene.report(&stop);
    let go_on = ["--source=cohorts", "--min-coverage=90", FORMATS];
    let run = scene.report(&go_on).exits_with(0);
    assert_eq!(wrong(&scene, &run, "inferred"), BTreeSet::new());
    let again = calls(&scene) - sent;
    assert!(again <= sent + 250, "{again} calls instead of {sent}");
}

#[test]
fn plan_tells_the_calls_of_each_source() {
    let scene = scene(0, "0");
    let plan = scene
        .report(&["--source=cohorts", "--dry-run"])
        .exits_with(0);
    assert!(
        plan.stdout.contains("600, one per machine"),
        "{}",
        plan.stdout
    );
    scene.report(&COHORTS).exits_with(0);
    let sent = calls(&scene);
    let plan = scene
        .report(&["--source=cohorts", "--fresh", "--dry-run"])
        .exits_with(0);
    let told = plan.stdout.split("about ").nth(1).unwrap();
    let told: usize = told
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert!(told.abs_diff(sent) * 20 <= sent, "{told} instead of {sent}");
    assert!(
        plan.stdout.contains("groups of machines"),
        "{}",
        plan.stdout
    );
    assert_eq!(calls(&scene), sent);
    // `check` says the same, by what is stored: it makes one call.
    let groups = plan.stdout.split("; software of ").nth(1).unwrap();
    let groups = groups.lines().next().unwrap();
    let check = scene.run(&["check"]).exits_with(0);
    let mut lines = check.stdout.lines();
    let line = lines.find(|line| line.starts_with("same software"));
    assert!(line.unwrap().ends_with(groups), "{}", check.stdout);
    assert_eq!(calls(&scene), sent + 1);
}
