//! Machines that the service itself names as changed: `--changes-from`.

use std::collections::BTreeSet;

use patchgap::simulator::{ApiName, TenantFault};

use crate::common::{Finished, Scene};

const QUIET: [&str; 5] = [
    "--fresh",
    "--format=csv,json",
    "--recheck=0",
    "--min-coverage=90",
    "--source=changes",
];

fn scene(nights: u32) -> Scene {
    scene_of(200, nights)
}

fn scene_of(machines: usize, nights: u32) -> Scene {
    Scene::with(|tenant| {
        tenant.machines = machines;
        tenant.nights = nights;
    })
}

fn report(scene: &Scene, changes_from: &str) -> Finished {
    let changes_from = format!("--changes-from={changes_from}");
    scene.report(&[&QUIET[..], &[&changes_from]].concat())
}

fn calls(scene: &Scene, api: ApiName) -> usize {
    let log = scene.tenant.log();
    log.calls
        .iter()
        .filter(|call| call.api == Some(api))
        .count()
}

/// The machines whose answer is not what they really miss.
fn wrong(scene: &Scene, run: &Finished) -> usize {
    let is_wrong = |row: &crate::common::Row| {
        let truth = scene
            .tenant
            .truth(row["machineId"].parse().unwrap())
            .unwrap();
        let truth: BTreeSet<String> = truth.iter().map(|gap| gap.id.to_string()).collect();
        let said = row["kbIds"].split(';').filter(|it| !it.is_empty());
        said.map(str::to_owned).collect::<BTreeSet<_>>() != truth
    };
    run.rows("machines.csv")
        .iter()
        .filter(|it| is_wrong(it))
        .count()
}

#[test]
fn machines_that_the_service_names_are_queried() {
    let mut scene = scene(6);
    let first = report(&scene, "delta").exits_with(0);
    assert_eq!(first.summary()["sources"]["calls"], 200, "{}", first.stderr);
    assert_eq!(
        calls(&scene, ApiName::Changes),
        0,
        "since when is not known"
    );
    scene.replace_tenant(|tenant| {
        tenant.machines = 200;
        tenant.nights = 7;
    });
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let run = report(&scene, "delta").exits_with(0);
    assert!(calls(&scene, ApiName::Changes) > 0);
    let summary = run.summary();
    let named = summary["changesNamed"].as_u64();
    let named = named.unwrap_or_else(|| panic!("{summary}\n{}", run.stderr));
    assert!((1..200).contains(&named), "{named}");
    assert!(
        summary["sources"]["kept"].as_u64().unwrap() > 50,
        "{summary}"
    );
    // A sample of at least 200 is queried as well: only what is kept can be wrong.
    assert!(wrong(&scene, &run) <= 2, "{}", wrong(&scene, &run));
    assert!(run.stdout.contains("the service named"), "{}", run.stdout);
}

#[test]
fn changes_are_asked_for_only_where_the_role_allows() {
    let missing_role = |changes_from: &str| {
        let scene = Scene::with(|tenant| {
            tenant.machines = 30;
            tenant.faults.tenant = Some(TenantFault::MissingExportRole);
        });
        let run = report(&scene, changes_from);
        (calls(&scene, ApiName::VulnerabilityExport), run)
    };
    let (asked, run) = missing_role("auto");
    run.exits_with(0);
    assert_eq!(asked, 0);
    let (asked, run) = missing_role("delta");
    run.exits_with(4).complains("Vulnerability.Read.All");
    assert_eq!(asked, 0);
    let scene = scene_of(20, 0);
    report(&scene, "software").exits_with(0);
    assert_eq!(calls(&scene, ApiName::VulnerabilityExport), 0);
}

#[test]
fn watermark_moves_only_when_a_run_ends_well() {
    let mut scene = scene_of(60, 6);
    report(&scene, "auto").exits_with(0);
    let watermark = |scene: &Scene| -> i64 {
        let store = rusqlite::Connection::open(scene.path("store.sqlite")).unwrap();
        let sql = "SELECT generated_at_ms FROM changes_watermark";
        store.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let store = rusqlite::Connection::open(scene.path("store.sqlite")).unwrap();
    let yesterday = watermark(&scene) - 86_400_000;
    store
        .execute(
            "UPDATE changes_watermark SET generated_at_ms = ?1",
            [yesterday],
        )
        .unwrap();
    drop(store);
    scene.replace_tenant(|tenant| {
        tenant.machines = 60;
        tenant.nights = 7;
    });
    let slow = ["--changes-from=auto", "--rate-limit=5/min", "--budget=3s"];
    let run = scene.report(&[&QUIET[..], &slow].concat()).exits_with(0);
    assert_eq!(run.summary()["ended"], "outOfTime");
    assert_eq!(watermark(&scene), yesterday);
    report(&scene, "auto").exits_with(0);
    assert!(watermark(&scene) > yesterday);
}
