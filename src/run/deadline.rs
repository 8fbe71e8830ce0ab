//! The deadline of a run.

use std::{future::pending, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

/// How often the wall clock is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Waits until the deadline; never returns if there is none.
///
/// The deadline is reached when the wall clock says so, even if it was set forward or the computer
/// was suspended. If the clock was set back, it is reached once the time that was left at first has
/// passed.
pub(crate) async fn reached(until: Option<Timestamp>, clock: fn() -> Timestamp) {
    let Some(until) = until else {
        return pending().await;
    };
    let left = || Duration::try_from(until.duration_since(clock())).unwrap_or_default();
    let started = Instant::now();
    let left_at_first = left();
    loop {
        let left = left().min(left_at_first.saturating_sub(started.elapsed()));
        if left.is_zero() {
            return;
        }
        sleep(left.min(CHECK_INTERVAL)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    use jiff::SignedDuration;

    use super::*;

    const START: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(START + seconds)
    }

    /// The wait in seconds for a deadline in an hour, with a clock that is this far ahead of tokio's
    /// after half an hour.
    macro_rules! waited {
        ($ahead_after_half_an_hour:expr) => {{
            static STARTED: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
            static AHEAD: AtomicI64 = AtomicI64::new(0);
            fn clock() -> Timestamp {
                let passed = STARTED.get().unwrap().elapsed().as_secs().cast_signed();
                let ahead = if passed >= 1800 {
                    AHEAD.load(Relaxed)
                } else {
                    0
                };
                at(passed + ahead)
            }
            AHEAD.store($ahead_after_half_an_hour, Relaxed);
            let started = *STARTED.get_or_init(Instant::now);
            reached(Some(at(3600)), clock).await;
            started.elapsed().as_secs()
        }};
    }

    #[tokio::test(start_paused = true)]
    async fn clock_changes_never_delay_the_deadline() {
        assert_eq!(waited!(0), 3600);
        assert_eq!(waited!(600), 3000, "set forward, or slept");
        assert_eq!(waited!(7200), 1800, "slept through");
        assert_eq!(waited!(-7200), 3600, "set back");
    }
}
