//! Refusals of the whole run in its middle: confirmed by a probe first.

use std::time::Duration;

use patchgap::{domain::machine::MachineId, simulator::Fault};

use crate::common::{Scene, assert_truth, fleet_ids, wait_until};

const MACHINES: usize = 200;
/// Only the formats that these tests read, because the others are slower.
const FORMATS: [&str; 2] = ["--format", "csv,json"];
const REFUSALS: [Fault; 3] = [Fault::Forbidden, Fault::Unlicensed, Fault::ProxySignIn];

fn scene(script: impl IntoIterator<Item = (MachineId, Vec<Fault>)>) -> Scene {
    Scene::with(|settings| {
        settings.machines = MACHINES;
        settings.faults.script = script.into_iter().collect();
    })
}

#[test]
fn temporary_refusal_does_not_end_the_run() {
    let ids = fleet_ids(MACHINES);
    for fault in REFUSALS {
        for refused in [&[199][..], &[20, 110, 199]] {
            let scene = scene(refused.iter().map(|place| (ids[*place], vec![fault])));
            let run = scene.report(&FORMATS).exits_with(0);
            assert_truth(&scene, &run);
            let calls = scene.tenant.log().calls.len() - MACHINES;
            assert!(calls <= 2 * refused.len(), "{fault}: {calls} calls more");
        }
    }
}

/// Refused machines at the head of the list do not affect the others.
#[test]
fn refused_machines_at_the_head_fail_alone() {
    let ids = fleet_ids(MACHINES);
    for count in [1, 25] {
        let scene = Scene::with(|settings| {
            settings.machines = MACHINES;
            let refused = ids[..count].iter().map(|id| (*id, Fault::Forbidden));
            settings.faults.forever = refused.collect();
        });
        let run = scene.report(&FORMATS).exits_with(5);
        assert_eq!(run.counts().failed, count as u64);
        assert_eq!(run.counts().answered, (MACHINES - count) as u64);
        let row = run.row("failures.csv", ids[0]);
        assert_eq!((&*row["reason"], &*row["code"]), ("refused", "Forbidden"));
    }
}

#[test]
fn refusal_of_every_call_from_mid_run_ends_the_run() {
    for (fault, hint) in [
        (Fault::Forbidden, "already has Software.Read.All"),
        (Fault::Unlicensed, "licence"),
        (Fault::ProxySignIn, "HTTPS_PROXY"),
    ] {
        let scene = Scene::with(|settings| {
            settings.machines = MACHINES;
            settings.latency = Duration::from_millis(10);
        });
        let run = scene.report_in_background(&[
            "--concurrency",
            "4",
            "--pace",
            "100/s",
            "--format",
            "csv,json",
        ]);
        wait_until("some were answered", || {
            scene.tenant.log().calls.len() >= 40
        });
        scene.tenant.fail_every_call(Some(fault));
        let run = run.finish().exits_with(4);
        let run = run
            .complains("the service rejected the whole run")
            .hints(hint);
        assert_eq!(run.summary()["outcome"], "refused");
        let refused = scene.tenant.log().calls.len() as u64 - run.counts().answered;
        assert!(refused <= 20, "{fault}: {refused} calls");
        assert_eq!(run.counts().failed, 0, "nobody is blamed for it");

        scene.tenant.fail_every_call(None);
        let run = scene.report(&FORMATS).exits_with(0);
        assert_truth(&scene, &run.complains("Resuming the run started at"));
    }
}
