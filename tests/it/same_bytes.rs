//! The same answers give the same reports, in whatever order they arrive.

use std::time::Duration;

use patchgap::simulator::OddForm;

use crate::common::{Finished, Scene};

fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = 60;
        settings.latency = Duration::from_millis(8);
        settings.faults.odd_forms = OddForm::all();
    })
}

fn reports(run: &Finished) -> [String; 4] {
    ["kbs.csv", "machines.csv", "gaps.csv", "failures.csv"]
        .map(|name| run.masked(name, &["answeredAt", "since", "oldestSince", "run", "date"]))
}

#[test]
fn reports_do_not_depend_on_concurrency() {
    let scene = scene();
    let one_by_one = reports(&scene.report(&["--concurrency", "1"]).exits_with(0));
    let together = reports(&scene.report(&["--concurrency", "16"]).exits_with(0));
    assert_eq!(one_by_one, together);

    let log = scene.tenant.log();
    let order = |calls: &[patchgap::simulator::Call]| -> Vec<_> {
        calls.iter().map(|call| call.machine).collect()
    };
    assert_ne!(
        order(&log.calls[..60]),
        order(&log.calls[60..]),
        "orders did differ"
    );
}

#[test]
fn reports_do_not_depend_on_the_order_of_the_inventory() {
    let scene = scene();
    let before = reports(&scene.report(&[]).exits_with(0));
    let csv = scene.tenant.inventory_csv();
    let (header, rows) = csv.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.reverse();
    scene.write("machines.csv", format!("{header}\n{}\n", rows.join("\n")));
    let after = reports(&scene.report(&[]).exits_with(0));
    assert_eq!(before, after);
}
