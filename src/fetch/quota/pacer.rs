//! The smoothest rate: governor, on tokio's clock.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

use super::Pace;

/// Spreads calls evenly. It only smooths: the windows hold the limits.
#[derive(Debug)]
pub(super) struct Pacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
    period: Duration,
}

/// Tokio's timer ticks in milliseconds, so a pace with shorter periods comes in small
/// clumps, or every wake-up would be late by more than a period.
const CLUMP: Duration = Duration::from_millis(10);

impl Pacer {
    /// A pacer, or none where the pace is `none` or too fast to be told from it.
    pub(super) fn new(pace: Pace) -> Option<Self> {
        let pace = pace.0?;
        let period = pace.window / pace.calls.get();
        let clump = CLUMP.as_nanos().checked_div(period.as_nanos())?;
        let burst = NonZeroU32::new(u32::try_from(clump).ok()?).unwrap_or(NonZeroU32::MIN);
        let quota = governor::Quota::with_period(period)?.allow_burst(burst);
        let clock = TokioClock::start();
        Some(Self {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            period,
        })
    }

    /// Takes the next place, or says when there is one.
    pub(super) fn take(&self, now: Instant) -> Result<(), Instant> {
        self.limiter
            .check()
            .map_err(|busy| now + busy.wait_time_from(self.clock.now()))
    }

    /// The time between two calls.
    pub(super) fn period(&self) -> Duration {
        self.period
    }
}

/// Tokio's clock in governor's terms, nanoseconds since a start, so that a paused clock
/// pauses the pace too.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

impl TokioClock {
    fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.start.elapsed().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seconds_for(calls: u32, pace: &str) -> f64 {
        let pacer = Pacer::new(pace.parse().unwrap()).unwrap();
        let start = Instant::now();
        for _ in 0..calls {
            while let Err(at) = pacer.take(Instant::now()) {
                tokio::time::sleep_until(at).await;
            }
        }
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_spread_evenly() {
        for (calls, pace, expected) in [
            (101, "10/s", 10.0),
            (5, "1/min", 240.0),
            (10_001, "1000/s", 10.0),
            (100_001, "20000/s", 5.0),
        ] {
            let seconds = seconds_for(calls, pace).await;
            assert!(
                (seconds / expected - 1.0).abs() < 0.02,
                "{pace}: {seconds} s"
            );
        }
    }

    #[test]
    fn no_pace_no_pacer() {
        assert!(Pacer::new(Pace(None)).is_none());
    }
}
