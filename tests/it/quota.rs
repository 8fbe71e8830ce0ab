//! The quota: no excess call, and hardly any time lost.

use std::time::Duration;

use patchgap::{quota::RateLimits, simulator::CallLog};

use crate::common::{Scene, assert_truth};

/// The mean latency; the longest is 1.5 times as long.
const LATENCY: Duration = Duration::from_millis(30);

/// Two windows that limit the run alternately.
const LIMITS: &str = "40/s,100/3s";

/// A tenant with this quota, which counts exactly.
fn tenant_with_quota(machines: usize, limits: &str) -> Scene {
    Scene::with(|settings| {
        settings.machines = machines;
        settings.limits = limits.parse().unwrap();
        settings.latency = LATENCY;
    })
}

/// The time between the first and the last arrival, for a client that knows the windows and has no
/// latency.
fn best_schedule(calls: usize, limits: &str) -> Duration {
    let limits: RateLimits = limits.parse().unwrap();
    let mut arrivals: Vec<Duration> = Vec::new();
    for number in 0..calls {
        let places = limits.0.iter().filter_map(|limit| {
            let oldest = number.checked_sub(limit.calls.get() as usize)?;
            Some(arrivals[oldest] + limit.window)
        });
        let earliest = places.max().unwrap_or_default();
        arrivals.push(earliest);
    }
    arrivals.pop().unwrap()
}

fn took(log: &CallLog) -> Duration {
    log.calls.last().unwrap().arrived - log.calls[0].arrived
}

/// A slot is free only a whole window after an answer has arrived, which costs one latency each time
/// the window fills: four times here.
const TURNS: u32 = 4;
/// Tolerance for late timers on a busy machine, over the whole run. This test detects stalls; the
/// quota's own tests, on a paused clock, detect milliseconds.
const BUSY: Duration = Duration::from_secs(2);

#[test]
fn no_call_is_refused_and_no_time_wasted() {
    let machines = 180;
    let scene = tenant_with_quota(machines, LIMITS);
    let run = scene.report(&["--rate-limit", LIMITS, "--concurrency", "40"]);
    let run = run.exits_with(0);
    let log = scene.tenant.log();
    assert_eq!(log.over_quota(), 0);
    assert_eq!(log.calls.len(), machines);
    assert_truth(&scene, &run);

    let best = best_schedule(machines, LIMITS);
    assert_eq!(best, Duration::from_secs(4));
    let allowed = best.mul_f64(1.05) + LATENCY.mul_f64(1.5) * TURNS + BUSY;
    let took = took(&log);
    assert!(
        best <= took && took <= allowed,
        "{took:?}, allowed {allowed:?}"
    );
}

#[test]
fn unknown_quota_is_survived() {
    let scene = tenant_with_quota(50, "20/s");
    let run = scene.report(&["--rate-limit", "none"]).exits_with(0);
    assert_truth(&scene, &run);
    let refused = scene.tenant.log().over_quota();
    assert!(refused > 0);
    assert_eq!(run.summary()["requests"]["throttled"], refused);
    assert_eq!(run.summary()["requests"]["retried"], refused);
}

#[test]
fn retries_take_permits_too() {
    let scene = Scene::with(|settings| {
        settings.machines = 40;
        settings.limits = "20/s".parse().unwrap();
        settings.faults = "server-error=0.2".parse().unwrap();
    });
    let run = scene.report(&["--rate-limit", "20/s"]).exits_with(0);
    assert_truth(&scene, &run);
    let log = scene.tenant.log();
    assert!(log.calls.len() > 45);
    assert_eq!(log.over_quota(), 0);
}

#[test]
fn pace_is_kept() {
    let scene = Scene::with_machines(30);
    let run = scene.report(&["--pace", "50/s"]).exits_with(0);
    assert_eq!(run.counts().answered, 30);
    let log = scene.tenant.log();
    // The first call may take longer to arrive than the last one.
    let shortest = Duration::from_millis(29 * 20) - Duration::from_millis(60);
    assert!(took(&log) >= shortest, "{:?}", took(&log));
    let most = log.most_within(Duration::from_millis(200));
    assert!(most <= 10 + 4, "{most} within 200 ms");
}

#[test]
fn concurrency_limit_is_used_and_never_exceeded() {
    for concurrency in [1, 5] {
        let scene = Scene::with(|settings| {
            settings.machines = 30;
            settings.latency = Duration::from_millis(20);
        });
        let flag = concurrency.to_string();
        scene.report(&["--concurrency", &flag]).exits_with(0);
        assert_eq!(scene.tenant.log().most_in_flight, concurrency);
    }
}
