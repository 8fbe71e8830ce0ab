//! Machines that fail every night never keep other machines from being answered.

use patchgap::{domain::machine::MachineId, simulator::Fault};

use crate::common::{Finished, Scene};

const MACHINES: usize = 60;
const FAILING: usize = 15;
const NIGHTS: usize = 3;

/// The first machines with several gaps, which always fail.
fn failing(scene: &Scene) -> Vec<MachineId> {
    let machines = scene.tenant.fleet().machines().iter();
    let many = machines.filter(|it| it.missing.len() > 1).map(|it| it.id);
    many.take(FAILING).collect()
}

/// A list that starts with machines that always fail in this way.
fn scene(fault: Fault) -> Scene {
    let healthy = Scene::with_machines(MACHINES);
    let failing = failing(&healthy);
    let csv = healthy.tenant.inventory_csv();
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.faults.page_size = 1;
        settings.faults.forever = failing.iter().map(|id| (*id, fault)).collect();
    });
    let ids: Vec<String> = failing.iter().map(ToString::to_string).collect();
    let is_failing = |line: &&str| ids.iter().any(|id| line.contains(id));
    let mut lines: Vec<&str> = csv.lines().collect();
    lines[1..].sort_by_key(|line| !is_failing(line));
    scene.write("machines.csv", lines.join("\n"));
    scene
}

#[track_caller]
fn others_are_answered(run: Finished, night: usize) {
    let run = run.exits_with(5);
    let counts = run.counts();
    let expected = (FAILING as u64, (MACHINES - FAILING) as u64);
    assert_eq!((counts.failed, counts.answered), expected, "night {night}");
    assert_eq!(run.summary()["ended"], "finished");
    assert!(!run.stderr.contains("not responding"), "{}", run.stderr);
    assert!(!run.stderr.contains("stopped early"), "{}", run.stderr);
}

#[test]
fn permanent_failures_do_not_stop_other_machines() {
    // The last fault is final, like a reply that is too large: it is not retried.
    for fault in [
        Fault::BadRequest,
        Fault::Redirect,
        Fault::Forbidden,
        Fault::ForeignPage,
    ] {
        let scene = scene(fault);
        for night in 1..=NIGHTS {
            let before = scene.tenant.log().calls.len();
            let run = scene.report(&["--retries", "0", "--format", "csv,json"]);
            others_are_answered(run, night);
            let log = scene.tenant.log();
            let calls = &log.calls[before..];
            if night > 1 {
                let failing = failing(&scene);
                let head = calls[..MACHINES / 2].iter();
                let head = head.filter_map(|call| call.machine);
                assert_eq!(head.filter(|id| failing.contains(id)).count(), 0);
            }
            assert!(
                calls.len() < MACHINES + 3 * FAILING,
                "{fault}: {} calls",
                calls.len()
            );
        }
    }
}
