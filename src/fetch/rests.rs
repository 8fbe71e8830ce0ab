//! Machines that rest before another try. Where no quota makes a run take its time, they do.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

/// The rests so far.
#[derive(Debug, Default)]
pub(super) struct Rests {
    milliseconds: AtomicU64,
    /// When the last of those under way ends.
    latest: Mutex<Option<Instant>>,
}

impl Rests {
    /// Notes that a machine rests from now on.
    pub(super) fn begin(&self, rest: Duration) {
        let milliseconds = u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_add(milliseconds, Relaxed);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = (*latest).max(Some(Instant::now() + rest));
    }

    /// For how much longer machines will rest, if those that are left do as those before, of which
    /// so many are `found` out about, and so many are under way at once.
    pub(super) fn left(&self, now: Instant, (left, found): (u64, u64), at_once: u64) -> Duration {
        let latest = *self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = latest.map_or(Duration::ZERO, |latest| latest - now);
        let rested = self.milliseconds.load(Relaxed);
        let places = found.saturating_add(at_once).saturating_mul(at_once).max(1);
        let to_come = u128::from(rested) * u128::from(left) / u128::from(places);
        let to_come = Duration::from_millis(u64::try_from(to_come).unwrap_or(u64::MAX));
        under_way.max(to_come)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_rests_is_waited_for_and_so_is_what_will() {
        let rests = Rests::default();
        let now = Instant::now();
        assert_eq!(rests.left(now, (1000, 0), 32), Duration::ZERO);
        rests.begin(Duration::from_secs(16));
        rests.begin(Duration::from_secs(8));
        assert_eq!(rests.left(now, (0, 1000), 32), Duration::from_secs(16));
        // 24 s for 68 machines and the 32 under way: a quarter of a second for each of a thousand.
        let expected = Duration::from_millis(24_000 * 1000 / (100 * 32));
        assert_eq!(
            rests.left(now + Duration::from_secs(20), (1000, 68), 32),
            expected
        );
        assert_eq!(
            rests.left(now, (u64::MAX, 0), 0).as_millis(),
            u128::from(u64::MAX)
        );
    }
}
