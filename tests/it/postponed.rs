//! A machine with a short or a long `Retry-After`.

use std::time::Duration;

use patchgap::simulator::Fault;

use crate::common::{Counts, Scene, assert_truth, fleet_ids};

const MACHINES: u64 = 30;

/// A tenant that always asks for this wait for the first machine.
fn scene(wait: Duration) -> Scene {
    Scene::with(|settings| {
        settings.machines = usize::try_from(MACHINES).unwrap();
        settings.faults.forever = fleet_ids(1)
            .into_iter()
            .map(|id| (id, Fault::Overloaded))
            .collect();
        settings.faults.retry_after = wait;
    })
}

#[test]
fn long_wait_is_left_to_the_next_start() {
    let mut scene = scene(Duration::from_hours(1));
    let run = scene.report(&[]).exits_with(5);
    let expected = Counts {
        answered: MACHINES - 1,
        pending: 1,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
    let summary = run.summary();
    assert_eq!(
        (&summary["outcome"], &summary["ended"]),
        (&"partial".into(), &"postponed".into())
    );
    assert_eq!(summary["requests"]["sent"], MACHINES);
    let row = &run.rows("failures.csv")[0];
    assert_eq!(
        (&*row["reason"], &*row["httpStatus"], &*row["attempts"]),
        ("pending", "503", "1")
    );
    assert!(row["message"].contains("a longer wait"), "{row:?}");
    assert!(
        run.stdout.contains("not finished (exit code 5)"),
        "{}",
        run.stdout
    );

    // With a lower minimum coverage it is complete, and resumed nevertheless.
    let run = scene.report(&["--min-coverage", "90"]).exits_with(0);
    assert_eq!(run.summary()["ended"], "postponed");
    scene.replace_tenant(|settings| settings.machines = usize::try_from(MACHINES).unwrap());
    let run = scene.report(&[]).exits_with(0);
    assert_truth(&scene, &run);
    assert_eq!(scene.tenant.log().calls.len(), 1);
    assert_eq!(run.summary()["ended"], "finished");
}

#[test]
fn short_wait_is_respected() {
    let scene = scene(Duration::from_secs(1));
    let run = scene.report(&["--retries", "1"]).exits_with(5);
    let expected = Counts {
        answered: MACHINES - 1,
        failed: 1,
        ..Counts::default()
    };
    assert_eq!(run.counts(), expected);
    let log = scene.tenant.log();
    let calls: Vec<_> = log.of(fleet_ids(1)[0]).collect();
    assert_eq!(calls.len(), 2);
    let wait = calls[1].arrived - calls[0].arrived;
    assert!(wait >= Duration::from_secs(1), "{wait:?}");
    assert_eq!(run.summary()["ended"], "finished");
}
