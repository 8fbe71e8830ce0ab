//! A large fleet without a quota, requested on several threads if there are cores.

use std::time::Duration;

use patchgap::simulator::Fault;

use crate::common::{Finished, Row, Scene, assert_truth};

const MACHINES: usize = 1000;

/// A fleet with one percent flapping machines, and calls that fail at random.
fn scene() -> Scene {
    Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.latency = Duration::from_millis(1);
        settings.faults.flapping = 0.01;
        settings.faults.per_call = vec![
            (Fault::ServerError, 0.01),
            (Fault::Reset, 0.005),
            (Fault::Paged, 0.1),
        ];
        settings.faults.retry_after = Duration::ZERO;
    })
}

/// The rows of the machines without the time of their answers and the run.
fn lasting(run: &Finished) -> Vec<Row> {
    let mut rows = run.rows("machines.csv");
    for row in &mut rows {
        row.retain(|column, _| !["answeredAt", "run", "date"].contains(&column.as_str()));
    }
    rows
}

#[test]
fn several_threads_give_the_same_rows_as_one() {
    let scene = scene();
    let report = |calls| scene.report(&["--format", "csv,json", "--concurrency", calls]);
    let several = report("32").exits_with(0);
    let calls = scene.tenant.log().calls.len() as u64;
    assert_truth(&scene, &several);
    assert_eq!(several.summary()["requests"]["sent"], calls);
    let one = report("1").exits_with(0);
    assert_eq!(lasting(&several), lasting(&one));
}

#[test]
fn interruption_ends_all_threads_and_loses_nothing() {
    use crate::common::wait_until;

    let scene = scene();
    let run = scene.report_in_background(&["--format", "csv,json", "--concurrency", "32"]);
    wait_until("the calls have arrived", || {
        scene.tenant.log().calls.len() >= 100
    });
    run.signal("INT");
    let run = run.finish().exits_with(130);
    let asked = run.counts();
    assert_eq!(run.summary()["outcome"], "interrupted");
    assert_eq!(
        asked.answered + asked.not_found + asked.failed + asked.pending,
        MACHINES as u64
    );

    let calls = scene.tenant.log().calls.len();
    let run = scene.report(&["--format", "csv,json"]).exits_with(0);
    assert_truth(&scene, &run);
    assert_eq!(run.summary()["machines"]["reused"], asked.answered);
    let late = scene.tenant.log().calls[calls..].len() as u64;
    assert!(late >= MACHINES as u64 - asked.answered, "{late} calls");
}
