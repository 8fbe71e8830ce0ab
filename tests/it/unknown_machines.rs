//! Machines that the service does not know: they may appear later, so they are retried after all
//! others, unless the list is obviously wrong.

use std::collections::HashSet;

use patchgap::simulator::Fault::NotFound;

use crate::common::{Finished, Scene, assert_truth_but_for, fleet_ids};

const WRONG_LIST: &str = "Is this the right list, and the right tenant?";

#[test]
fn unknown_machines_are_retried_after_all_others() {
    let ids = fleet_ids(3);
    let scene = Scene::with(|settings| {
        settings.machines = 20;
        settings.faults.script.insert(ids[0], vec![NotFound]);
        settings
            .faults
            .script
            .insert(ids[1], vec![NotFound, NotFound]);
        settings.faults.forever.insert(ids[2], NotFound);
    });
    let run = scene.report(&[]).exits_with(5);
    assert_truth_but_for(&scene, &run, &[(ids[2], "notFound")].into());

    let log = scene.tenant.log();
    let asked: Vec<_> = log.calls.iter().map(|call| call.machine.unwrap()).collect();
    let set = |part: &[_]| part.iter().copied().collect::<HashSet<_>>();
    assert_eq!(set(&asked[..20]).len(), 20, "first each machine once");
    assert_eq!(
        set(&asked[20..23]),
        set(&ids),
        "then those that were not found"
    );
    assert_eq!(
        set(&asked[23..]),
        set(&ids[1..]),
        "then those that still were not"
    );
    assert_eq!(asked.len(), 25);
}

/// Twenty-five machines, this many of them unknown.
fn unknown_of_25(unknown: usize) -> (Scene, Finished) {
    let gone = fleet_ids(unknown).into_iter().map(|id| (id, NotFound));
    let scene = Scene::with(|settings| {
        settings.machines = 25;
        settings.faults.forever = gone.collect();
    });
    let run = scene.report(&[]).exits_with(5);
    assert_eq!(run.counts().not_found, unknown as u64);
    assert_eq!(run.rows("failures.csv").len(), unknown);
    (scene, run)
}

#[test]
fn one_fifth_unknown_is_retried() {
    let (scene, run) = unknown_of_25(5);
    assert_eq!(scene.tenant.log().calls.len(), 25 + 5 + 5);
    assert!(!run.stdout.contains(WRONG_LIST), "{}", run.stdout);
}

#[test]
fn more_than_one_fifth_unknown_is_reported_as_the_wrong_list() {
    let (scene, run) = unknown_of_25(6);
    assert_eq!(scene.tenant.log().calls.len(), 25);
    let run = run.complains("6 of 25 machines are unknown");
    assert!(run.stdout.contains("warning: 24 %"), "{}", run.stdout);
    assert!(run.stdout.contains(WRONG_LIST), "{}", run.stdout);
}

#[test]
fn list_of_another_tenant_is_not_retried() {
    let stranger = Scene::with(|settings| settings.seed = 2);
    let scene = Scene::with_machines(5);
    scene.write("machines.csv", stranger.tenant.inventory_csv());
    let run = scene.report(&[]).exits_with(5);
    assert_eq!(run.counts().not_found, 100);
    assert_eq!(scene.tenant.log().calls.len(), 100);
    assert!(run.stdout.contains(WRONG_LIST), "{}", run.stdout);
}
