//! Spreads calls evenly, with `governor` on tokio's clock.

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

/// Spreads calls evenly. It only smooths: the windows enforce the limits.
///
/// Every timer fires a millisecond or more late, and a pace restarted from there would lose that time with
/// every call. So lateness is compensated, by up to [`MAX_LATENESS`], and the average pace is kept.
/// pace is kept.
#[derive(Debug)]
pub(super) struct Pacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
    period: Duration,
    /// The number of governor's cells per call. Cells are shorter than the time between two calls,
    /// so that the burst can be a fraction of that time.
    cells: NonZeroU32,
}

/// The maximum lateness of timers that is compensated. At a pace faster than one call in this time, that is
/// one or more calls, which are then sent in small bursts.
const MAX_LATENESS: Duration = Duration::from_millis(10);

impl Pacer {
    /// A pacer; `None` if the pace is `none` or too fast to make a difference.
    pub(super) fn new(pace: Pace) -> Option<Self> {
        let pace = pace.0?;
        let period = pace.window / pace.calls.get();
        let cells = NonZeroU32::new(in_whole(period, MAX_LATENESS)?).unwrap_or(NonZeroU32::MIN);
        let cell = period / cells.get();
        let burst = cells.checked_add(in_whole(MAX_LATENESS, cell)?.max(1))?;
        let quota = governor::Quota::with_period(cell)?.allow_burst(burst);
        let clock = TokioClock::start();
        Some(Self {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            period,
            cells,
        })
    }

    /// Admits the next call, or returns when it may be sent.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Instant> {
        match self.limiter.check_n(self.cells) {
            Ok(Err(busy)) => Err(now + busy.wait_time_from(self.clock.now())),
            // The burst is larger than one call, so there is always capacity for one.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    /// The time between two calls.
    pub(super) fn period(&self) -> Duration {
        self.period
    }
}

/// How often the part fits into the whole; `None` if the part is too short to count.
fn in_whole(whole: Duration, part: Duration) -> Option<u32> {
    let count = whole.as_nanos().checked_div(part.as_nanos())?;
    u32::try_from(count).ok()
}

/// Tokio's clock for governor, in nanoseconds since a start, so that a paused clock also pauses the
/// pace.
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
    use tokio::time::{sleep, sleep_until};

    use super::*;

    async fn seconds_for(calls: u32, pace: &str) -> f64 {
        let pacer = Pacer::new(pace.parse().unwrap()).unwrap();
        let start = Instant::now();
        for _ in 0..calls {
            while let Err(at) = pacer.admit(Instant::now()) {
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
            (5, "1/30d", 4.0 * 30.0 * 86_400.0),
            (701, "7/s", 100.0),
            (991, "99/s", 10.0),
            (1501, "150/s", 10.0),
            (10_001, "1000/s", 10.0),
            (100_001, "20000/s", 5.0),
        ] {
            let seconds = seconds_for(calls, pace).await;
            assert!(
                (seconds / expected - 1.0).abs() < 0.01,
                "{pace}: {seconds} s"
            );
        }
    }

    /// Late timers cost no time, and a long wait causes no burst.
    #[tokio::test(start_paused = true)]
    async fn late_timers_are_compensated_without_bursts() {
        let pacer = Pacer::new("10/s".parse().unwrap()).unwrap();
        let start = Instant::now();
        let mut sent = Vec::new();
        for call in 0..201 {
            while let Err(at) = pacer.admit(Instant::now()) {
                sleep_until(at + Duration::from_millis(call % 4)).await;
            }
            sent.push(Instant::now());
        }
        assert!(
            start.elapsed() < Duration::from_millis(20_010),
            "{:?}",
            start.elapsed()
        );
        sleep(Duration::from_mins(1)).await;
        pacer.admit(Instant::now()).unwrap();
        let next = pacer.admit(Instant::now()).unwrap_err() - Instant::now();
        assert!(next >= Duration::from_millis(80), "{next:?}");
        for pair in sent.windows(2) {
            assert!(pair[1] - pair[0] >= Duration::from_millis(80));
        }
    }

    #[test]
    fn without_a_pace_there_is_no_pacer() {
        assert!(Pacer::new(Pace(None)).is_none());
    }
}
