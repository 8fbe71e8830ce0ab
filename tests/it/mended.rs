//! Faults that end a run, and the next run after the repair: it requests nothing that was answered.

use patchgap::simulator::Fault;

use crate::common::{Finished, Scene, assert_truth, fleet_ids, wait_until};

const MACHINES: usize = 20;

/// A ready-made token.
fn token(scene: &Scene) -> String {
    scene.run(&["check"]).exits_with(0);
    scene.tenant.tokens().pop().unwrap()
}

fn report_with(scene: &Scene, token: &str) -> Finished {
    let mut command = scene.command(&["report", "machines.csv", "--concurrency", "1"]);
    scene.finish(command.env("PATCHGAP_ACCESS_TOKEN", token))
}

#[test]
fn run_with_an_expired_ready_made_token_resumes_with_a_new_one() {
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        for number in [7, 14] {
            let expires = vec![Fault::ExpiredToken];
            let machine = fleet_ids(MACHINES)[number];
            settings.faults.script.insert(machine, expires);
        }
    });
    let first = token(&scene);
    // A refusal of the whole run is not a failure of the machine, which stays pending.
    for (answered, reused) in [(7, 0), (14, 7)] {
        let run = report_with(&scene, &token(&scene)).exits_with(4);
        assert_eq!(run.counts().answered, answered);
        assert_eq!(run.summary()["outcome"], "refused");
        assert_eq!(run.summary()["machines"]["reused"], reused);
    }
    let run = report_with(&scene, &first).exits_with(0);
    assert_truth(&scene, &run);
    for machine in fleet_ids(MACHINES) {
        let log = scene.tenant.log();
        let answers = log.of(machine).filter(|call| call.status == Some(200));
        assert_eq!(answers.count(), 1, "{machine}");
    }
}

/// No reply arrives and no connection closes: the user stops the run, repairs the network and starts
/// it again.
#[test]
fn run_stopped_on_a_hanging_network_resumes() {
    let hangs = &fleet_ids(MACHINES)[10..14];
    let scene = Scene::with(|settings| {
        settings.machines = MACHINES;
        let script = hangs.iter().map(|machine| (*machine, vec![Fault::Hang]));
        settings.faults.script = script.collect();
    });
    let run = scene.report_in_background(&["--concurrency", "4"]);
    wait_until("calls hang", || scene.tenant.log().calls.len() == 14);
    run.interrupt_twice();
    let run = run.finish().exits_with(130);
    assert_eq!((run.counts().answered, run.counts().pending), (10, 10));
    let run = scene.report(&["--concurrency", "4"]).exits_with(0);
    assert_truth(&scene, &run);
    assert_eq!(scene.tenant.log().calls.len(), MACHINES + hangs.len());
}
