//! The quota as a whole, on a paused clock: hours pass in milliseconds.

mod across_processes;

use futures::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::*;

/// Sends `calls` calls of `latency` each, eight at a time, and returns when the service
/// saw each (half-way) and when the last answer was there, in seconds from the start.
async fn send(quota: &Quota, calls: usize, latency: Duration) -> (Vec<Duration>, Duration) {
    let start = Instant::now();
    let seen = stream::iter(0..calls)
        .map(|_| async {
            let permit = quota.permit().await.unwrap();
            sleep(latency / 2).await;
            let seen = start.elapsed();
            sleep(latency / 2).await;
            drop(permit);
            seen
        })
        .buffer_unordered(8)
        .collect()
        .await;
    (seen, start.elapsed())
}

fn most_within(window: Duration, seen: &[Duration]) -> usize {
    let count = |from: &Duration| {
        seen.iter()
            .filter(|at| *at >= from && **at < *from + window)
            .count()
    };
    seen.iter().map(count).max().unwrap_or(0)
}

fn quota(limits: &str, pace: &str) -> Quota {
    Quota::new(&limits.parse().unwrap(), pace.parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn both_windows_hold_and_no_time_is_wasted() {
    let quota = quota("100/min,1500/h", "10/s");
    let (seen, took) = send(&quota, 4000, Duration::from_millis(300)).await;
    assert!(most_within(Duration::from_mins(1), &seen) <= 100);
    assert!(most_within(Duration::from_hours(1), &seen) <= 1500);
    // Two full hours, then ten minutes' worth of 100 and the pace of the last hundred.
    let best = 2.0 * 3600.0 + 9.0 * 60.0 + 9.9;
    let ratio = took.as_secs_f64() / best;
    assert!((1.0..1.02).contains(&ratio), "{ratio}");
}

#[tokio::test(start_paused = true)]
async fn the_forecast_is_what_happens() {
    for (limits, pace, calls, latency) in [
        ("100/min,1500/h", "10/s", 3200, 200),
        ("7/3s", "none", 100, 50),
        ("100/min", "10/s", 40, 1000),
        ("50/s", "none", 200, 5000),
        ("none", "none", 100, 100),
    ] {
        let quota = quota(limits, pace);
        let latency = Duration::from_millis(latency);
        let load = Load {
            calls: calls as u64,
            latency,
            concurrency: 8,
        };
        let forecast = quota.forecast(load) - Instant::now();
        let (_, took) = send(&quota, calls, latency).await;
        let ratio = forecast.as_secs_f64() / took.as_secs_f64();
        assert!(
            (ratio - 1.0).abs() < 0.01,
            "{limits} {pace}: {forecast:?} {took:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_makes_everybody_wait() {
    let quota = quota("none", "none");
    let start = Instant::now();
    quota.throttled(Some(Duration::from_secs(17)));
    assert_eq!(
        quota.waiting(),
        Some((Waiting::Throttled, start + Duration::from_secs(17)))
    );
    let (seen, _) = send(&quota, 20, Duration::ZERO).await;
    assert!(seen.iter().all(|at| *at >= Duration::from_secs(17)));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_grows_while_calls_wait_holds_too() {
    let quota = quota("none", "none");
    quota.throttled(Some(Duration::from_secs(5)));
    let late_news = async {
        sleep(Duration::from_secs(3)).await;
        quota.throttled(Some(Duration::from_secs(10)));
    };
    let ((seen, _), ()) = tokio::join!(send(&quota, 9, Duration::ZERO), late_news);
    assert!(seen.iter().all(|at| *at >= Duration::from_secs(13)));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_that_is_given_up_frees_its_turn() {
    let quota = quota("1/h", "none");
    drop(quota.permit().await.unwrap());
    let given_up = tokio::time::timeout(Duration::from_secs(1), quota.permit()).await;
    assert!(given_up.is_err());
    let (waiting, until) = quota.waiting().unwrap();
    assert_eq!(waiting, Waiting::Window);
    let _permit = quota.permit().await.unwrap();
    assert!(Instant::now() >= until);
    assert_eq!(quota.used(), [(1, 1)]);
}
