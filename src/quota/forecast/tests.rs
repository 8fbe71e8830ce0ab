//! The forecast compared with its definition: the calls played one by one.

use proptest::prelude::*;

use super::*;

fn windows(limits: &[&str]) -> Vec<Window> {
    let limits = limits.iter().map(|limit| limit.parse().unwrap());
    limits.map(Window::new).collect()
}

fn seconds(limits: &[&str], pace: u64, load: Load) -> f64 {
    let now = Instant::now();
    let usage = Usage {
        now,
        resume_at: now,
        windows: &windows(limits),
        in_flight: &[],
        period: Duration::from_millis(pace),
        last: None,
    };
    (Schedule::new(&usage, load).end() - now).as_secs_f64()
}

fn load(calls: u64, latency_ms: u64, concurrency: usize) -> Load {
    Load {
        calls,
        latency: Duration::from_millis(latency_ms),
        concurrency,
    }
}

#[test]
fn forecast_of_known_cases() {
    for (limits, pace, load, expected) in [
        (&[][..], 0, load(0, 200, 8), 0.0),
        (&[], 100, load(50, 0, 8), 4.9),
        (&["100/min"], 100, load(100, 200, 8), 10.1),
        (&["100/min"], 100, load(101, 200, 8), 60.4),
        (
            &["100/min", "1500/h"],
            100,
            load(1500, 0, 8),
            14.0 * 60.0 + 9.9,
        ),
        (
            &["100/min", "1500/h"],
            100,
            load(10_000, 0, 8),
            6.0 * 3600.0 + 9.0 * 60.0 + 9.9,
        ),
        // A service that is slower than the quota: eight at a time, five seconds each.
        (&["100/s"], 0, load(80, 5000, 8), 50.0),
    ] {
        let seconds = seconds(limits, pace, load);
        assert!(
            (seconds - expected).abs() <= 0.005 * expected + 0.1,
            "{load:?}: {seconds} s"
        );
    }
}

/// The same schedule without skipping rounds.
fn call_by_call(mut schedule: Schedule) -> Instant {
    if schedule.calls == 0 {
        return schedule.answered;
    }
    while schedule.calls > 0 {
        schedule.send(0);
    }
    schedule.sent + schedule.latency
}

fn limit() -> impl Strategy<Value = (u32, u64)> {
    (
        1_u32..40,
        prop::sample::select(vec![1, 50, 1000, 7000, 60_000, 90_000]),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Skipping rounds does not change the result, whatever the usage of the windows.
    #[test]
    fn forecast_equals_the_schedule_played_call_by_call(
        limits in prop::collection::vec(limit(), 0..4),
        ages in prop::collection::vec(0_u64..90_000, 0..60),
        in_flight in prop::collection::vec(0_u64..3000, 0..8),
        (calls, latency, concurrency) in (0_u64..5000, 0_u64..3000, 8_usize..20),
        (pace, pause) in (prop::sample::select(vec![0, 1, 100, 1700]), 0_u64..2000),
    ) {
        let now = Instant::now();
        let before = |ages: Vec<u64>| {
            let mut ages: Vec<_> = ages.into_iter().map(Duration::from_millis).collect();
            ages.sort_unstable_by(|one, other| other.cmp(one));
            ages
        };
        let ages = before(ages);
        let in_flight: Vec<_> = before(in_flight).into_iter().map(|age| now - age).collect();
        let windows: Vec<Window> = limits.iter().map(|(calls, length)| {
            let mut window = Window::new(format!("{calls}/{length}ms").parse().unwrap());
            window.restore(&ages, now);
            for _ in &in_flight {
                window.admit();
            }
            window
        }).collect();
        let usage = Usage {
            now,
            resume_at: now + Duration::from_millis(pause),
            windows: &windows,
            in_flight: &in_flight,
            period: Duration::from_millis(pace),
            last: in_flight.last().copied(),
        };
        let load = load(calls, latency, concurrency);
        let end = Schedule::new(&usage, load).end();
        let expected = call_by_call(Schedule::new(&usage, load));
        // With two similar limits it need not be exact.
        let off = end.max(expected) - end.min(expected);
        prop_assert!(
            off <= (expected - now) / 1000,
            "{:?}, not {:?}", end - now, expected - now
        );
    }
}

/// The cost of a forecast is a few rounds of the largest window, however many calls are left: it is computed
/// several times a second.
#[test]
fn forecast_cost_does_not_grow_with_the_fleet() {
    let now = Instant::now();
    let windows = windows(&["100/min", "1500/h"]);
    for (windows, most) in [(&windows[..], 6000), (&[], 64)] {
        let usage = Usage {
            now,
            resume_at: now,
            windows,
            in_flight: &[],
            period: Duration::from_millis(100),
            last: None,
        };
        let mut schedule = Schedule::new(&usage, load(1_000_000_000, 300, 8));
        schedule.simulate();
        assert!(schedule.simulated <= most, "{} calls", schedule.simulated);
    }
}
