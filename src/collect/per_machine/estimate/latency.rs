//! The answer time.

use std::time::Duration;

/// The number of answers in the long-term mean: enough to even out chance variation.
const LONG_TERM_ANSWERS: u32 = 1024;
/// The number of latest answers that show that the service has changed.
const RECENT_ANSWERS: u32 = 16;
/// In the mean of the latest answers, an answer counts at most this many times the long-term mean.
const MAX_OUTLIER_FACTOR: u32 = 4;

/// A mean that is stable while the service does not change, and adapts when it does.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Latency {
    answers: u32,
    mean: Duration,
    recent: Duration,
}

impl Latency {
    /// Records the time of an answer.
    pub(crate) fn record(&mut self, took: Duration) {
        self.answers = self.answers.saturating_add(1).min(LONG_TERM_ANSWERS);
        self.mean = moved(self.mean, took, self.answers);
        // A single call that hangs has little effect, however long it takes.
        let recently = took.min(self.mean * MAX_OUTLIER_FACTOR);
        self.recent = moved(self.recent, recently, self.answers.min(RECENT_ANSWERS));
        if self.answers > RECENT_ANSWERS && self.has_changed() {
            *self = Self::default();
            self.record(took);
        }
    }

    /// Whether answers take at least twice or at most half as long as usual, which is not chance.
    fn has_changed(&self) -> bool {
        self.recent > self.mean * 2 || self.recent * 2 < self.mean
    }

    /// The mean; `None` before the first answer.
    pub(crate) fn mean(&self) -> Option<Duration> {
        (self.answers > 0).then_some(self.mean)
    }
}

/// The mean of the last `of` values, updated with the latest one.
fn moved(mean: Duration, last: Duration, of: u32) -> Duration {
    (mean * (of - 1) + last) / of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(took_ms: impl IntoIterator<Item = u64>) -> u128 {
        let mut latency = Latency::default();
        assert_eq!(latency.mean(), None);
        for took in took_ms {
            latency.record(Duration::from_millis(took));
        }
        latency.mean().unwrap().as_millis()
    }

    fn chance(count: usize) -> impl Iterator<Item = u64> {
        let mut chance = fastrand::Rng::with_seed(7);
        std::iter::repeat_with(move || chance.u64(50..950)).take(count)
    }

    #[test]
    fn mean_of_random_latencies_is_stable() {
        assert_eq!(after([300]), 300);
        for count in [500, 1000, 5000] {
            let mean = after(chance(count));
            assert!(mean.abs_diff(500) < 25, "{mean}");
        }
    }

    #[test]
    fn single_hanging_call_barely_changes_the_mean() {
        let mean = after(chance(2000).chain([30_000]).chain(chance(100)));
        assert!(mean.abs_diff(500) < 50, "{mean}");
    }

    #[test]
    fn mean_follows_a_changed_service() {
        for (then, least, most) in [(5000, 4500, 5000), (50, 50, 100)] {
            let mean = after(chance(5000).chain(std::iter::repeat_n(then, 50)));
            assert!((least..=most).contains(&mean), "{mean}");
        }
    }
}
