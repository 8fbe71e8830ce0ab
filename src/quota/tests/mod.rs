//! A limiter as a whole, on a paused clock: hours pass in milliseconds.

mod across_processes;
mod narrowing;

use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::*;
use crate::domain::api::Api;

/// Sends `calls` calls of `latency` each, eight at a time, and returns when the service
/// saw each (half-way) and when the last answer arrived, from the start.
async fn send(limiter: &Limiter, calls: usize, latency: Duration) -> (Vec<Duration>, Duration) {
    let start = Instant::now();
    let seen = stream::iter(0..calls)
        .map(|_| async {
            let permit = limiter.permit().await.unwrap();
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

fn limiter(limits: &str, pace: &str) -> Limiter {
    let rules = Rules {
        limits: limits.parse().unwrap(),
        pace: pace.parse().unwrap(),
    };
    Limiter::new(Api::MissingKbs, &rules)
}

#[tokio::test(start_paused = true)]
async fn both_windows_hold_at_full_speed() {
    let limiter = limiter("100/min,1500/h", "10/s");
    let (seen, took) = send(&limiter, 4000, Duration::from_millis(300)).await;
    assert!(most_within(Duration::from_mins(1), &seen) <= 100);
    assert!(most_within(Duration::from_hours(1), &seen) <= 1500);
    // Two full hours, then ten minutes' worth of 100 and the pace of the last hundred.
    let best = 2.0 * 3600.0 + 9.0 * 60.0 + 9.9;
    let ratio = took.as_secs_f64() / best;
    assert!((1.0..1.02).contains(&ratio), "{ratio}");
}

#[tokio::test(start_paused = true)]
async fn forecast_matches_the_duration() {
    for (limits, pace, calls, latency) in [
        ("100/min,1500/h", "10/s", 3200, 200),
        ("7/3s", "none", 100, 50),
        ("100/min", "10/s", 40, 1000),
        ("50/s", "none", 200, 5000),
        ("none", "none", 100, 100),
    ] {
        let limiter = limiter(limits, pace);
        let latency = Duration::from_millis(latency);
        let load = Load {
            calls: calls as u64,
            latency,
            concurrency: 8,
        };
        let forecast = limiter.forecast(load) - Instant::now();
        let (_, took) = send(&limiter, calls, latency).await;
        let ratio = forecast.as_secs_f64() / took.as_secs_f64();
        assert!(
            (ratio - 1.0).abs() < 0.01,
            "{limits} {pace}: {forecast:?} {took:?}"
        );
    }
}

/// The service refuses a call, and asks to wait this many seconds.
fn pause(limiter: &Limiter, seconds: u64) {
    let refusal = Refusal {
        wait: Some(Duration::from_secs(seconds)),
        ..Refusal::default()
    };
    assert_eq!(limiter.throttled(refusal).narrowed, None);
}

#[tokio::test(start_paused = true)]
async fn throttling_pauses_every_call() {
    let limiter = limiter("none", "none");
    let start = Instant::now();
    pause(&limiter, 17);
    assert_eq!(
        limiter.waiting(),
        Some((WaitReason::Throttled, start + Duration::from_secs(17)))
    );
    let (seen, _) = send(&limiter, 20, Duration::ZERO).await;
    assert!(seen.iter().all(|at| *at >= Duration::from_secs(17)));
}

#[tokio::test(start_paused = true)]
async fn extended_pause_applies_to_waiting_calls() {
    let limiter = limiter("none", "none");
    pause(&limiter, 5);
    let late_news = async {
        sleep(Duration::from_secs(3)).await;
        pause(&limiter, 10);
    };
    let ((seen, _), ()) = tokio::join!(send(&limiter, 9, Duration::ZERO), late_news);
    assert!(seen.iter().all(|at| *at >= Duration::from_secs(13)));
}

#[tokio::test(start_paused = true)]
async fn cancelled_wait_takes_no_slot() {
    let limiter = limiter("1/h", "none");
    drop(limiter.permit().await.unwrap());
    let given_up = tokio::time::timeout(Duration::from_secs(1), limiter.permit()).await;
    assert!(given_up.is_err());
    let (waiting, until) = limiter.waiting().unwrap();
    assert_eq!(waiting, WaitReason::Window);
    let _permit = limiter.permit().await.unwrap();
    assert!(Instant::now() >= until);
    assert_eq!(limiter.used(), [(1, 1)]);
}
