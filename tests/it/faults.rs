//! Temporary faults: every machine is answered in the end, and every figure is correct.

use std::{collections::HashMap, time::Duration};

use patchgap::simulator::{Fault, Faults, OddForm, Settings};

use crate::common::{Finished, Scene, assert_truth, assert_truth_but_for, fleet_ids};

/// Additional machines without faults.
const OTHERS: usize = 10;

/// Gives each of the first machines its faults, one after the other, and asserts that each occurred,
/// that the next call was answered, and that the reports are correct.
#[track_caller]
fn overcomes(scripts: &[&[Fault]], change: impl FnOnce(&mut Settings)) -> (Scene, Finished) {
    let ids = fleet_ids(scripts.len());
    let script = ids
        .iter()
        .zip(scripts)
        .map(|(id, script)| (*id, script.to_vec()));
    let scene = Scene::with(|settings| {
        settings.machines = scripts.len() + OTHERS;
        settings.faults.script = script.collect();
        change(settings);
    });
    let run = scene.report(&["--timeout", "500ms"]).exits_with(0);
    assert_truth(&scene, &run);
    assert!(run.rows("failures.csv").is_empty());
    let log = scene.tenant.log();
    for (id, script) in ids.iter().zip(scripts) {
        let met: Vec<Fault> = log.of(*id).filter_map(|call| call.fault).collect();
        assert_eq!(met, *script, "{id}");
        assert_eq!(log.of(*id).last().unwrap().status, Some(200), "{id}");
    }
    (scene, run)
}

#[test]
fn broken_connections_and_replies_are_overcome() {
    use Fault::{Empty, HalfJson, Hang, Html, NoValue, Reset, Truncated};
    let faults = [Reset, Hang, Truncated, Empty, Html, NoValue, HalfJson];
    let scripts = faults.each_ref().map(std::slice::from_ref);
    let (scene, run) = overcomes(&scripts, |_| {});
    let log = scene.tenant.log();
    let requests = &run.summary()["requests"];
    assert_eq!(requests["sent"].as_u64(), Some(log.calls.len() as u64));
    assert_eq!(requests["throttled"], 0);
}

#[test]
fn errors_of_the_service_are_overcome() {
    use Fault::{BadGateway, GatewayTimeout, ServerError, Unavailable};
    overcomes(
        &[
            &[ServerError],
            &[BadGateway],
            &[Unavailable],
            &[GatewayTimeout],
            &[ServerError, BadGateway],
        ],
        |_| {},
    );
}

#[test]
fn throttling_is_waited_out_in_every_form() {
    use Fault::{Throttled, ThrottledDate, ThrottledNumber, ThrottledSilent};
    let faults = [Throttled, ThrottledDate, ThrottledNumber, ThrottledSilent];
    let scripts = faults.each_ref().map(std::slice::from_ref);
    let (scene, run) = overcomes(&scripts, |settings| {
        settings.latency = Duration::from_millis(20);
    });
    assert_eq!(run.summary()["requests"]["throttled"], 4);
    let log = scene.tenant.log();
    // All four came together, and calls in flight with them succeeded; then every call waited
    // for the requested second.
    let arrivals: Vec<_> = log.calls.iter().map(|call| call.arrived).collect();
    let pauses = arrivals.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(pauses.max().unwrap() > Duration::from_millis(900));
}

#[test]
fn a_token_that_expires_in_the_middle_is_replaced() {
    let (scene, _) = overcomes(&[&[Fault::ExpiredToken]], |_| {});
    assert_eq!(scene.tenant.log().signed_in(), 2);
}

#[test]
fn machines_not_found_at_first_are_answered_later() {
    use Fault::NotFound;
    overcomes(&[&[NotFound], &[NotFound, NotFound]], |_| {});
}

#[test]
fn many_different_faults_of_one_machine_are_overcome() {
    use Fault::{ExpiredToken, Html, NotFound, ServerError, Throttled};
    overcomes(
        &[&[NotFound, Html, ExpiredToken, Throttled, ServerError]],
        |_| {},
    );
}

#[test]
fn reports_are_true_with_many_faults_and_odd_forms() {
    let mut faults = Faults::occasional();
    let also = [Fault::Reset, Fault::Truncated, Fault::Html, Fault::HalfJson];
    faults.per_call.extend(also.map(|fault| (fault, 0.01)));
    faults.odd_forms = OddForm::all();
    check_night(faults, 300);
}

#[test]
fn reports_are_true_with_each_odd_form() {
    for form in OddForm::all() {
        let faults = Faults {
            odd_forms: vec![form],
            ..Faults::default()
        };
        check_night(faults, 12);
    }
}

/// Asserts that the reports of a run with these faults are correct, with a row for each missing
/// machine.
#[track_caller]
fn check_night(faults: Faults, machines: usize) {
    let ids = fleet_ids(machines);
    let gone = ids
        .into_iter()
        .filter(|id| faults.is_gone(Settings::default().seed, *id));
    let gone: HashMap<_, _> = gone.map(|id| (id, "notFound")).collect();
    let scene = Scene::with(|settings| {
        settings.machines = machines;
        settings.faults = faults;
    });
    let run = scene.report(&["--concurrency", "16"]);
    let run = run.exits_with(if gone.is_empty() { 0 } else { 5 });
    assert_eq!(run.rows("failures.csv").len(), gone.len());
    assert_truth_but_for(&scene, &run, &gone.into_iter().collect());
}
