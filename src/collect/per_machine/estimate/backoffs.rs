//! Machines that back off before another attempt.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The backoffs in progress.
#[derive(Debug, Default)]
pub(crate) struct Backoffs {
    /// When each backoff ends, and how often its machine had failed.
    in_progress: Mutex<Vec<(Instant, u32)>>,
}

impl Backoffs {
    /// Records that a machine backs off from now on, after this number of failures.
    pub(crate) fn begin(&self, delay: Duration, failed: u32) {
        let now = Instant::now();
        let mut in_progress = self.in_progress.lock();
        in_progress.retain(|(end, _)| *end > now);
        in_progress.push((now + delay, failed));
    }

    /// When the last of the machines in backoff will be done. `after` is the time a machine needs
    /// after its backoff, by its number of failures.
    pub(crate) fn end(&self, now: Instant, after: impl Fn(u32) -> Duration) -> Option<Instant> {
        let in_progress = self.in_progress.lock();
        let still = in_progress.iter().filter(|(end, _)| *end > now);
        still.map(|(end, failed)| *end + after(*failed)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn end_is_the_latest_backoff_with_its_expected_retries() {
        let backoffs = Backoffs::default();
        let now = Instant::now();
        let seconds = |at: Instant, end: Option<Instant>| end.map(|end| (end - at).as_secs());
        let none = |_| Duration::ZERO;
        assert_eq!(backoffs.end(now, none), None);
        backoffs.begin(Duration::from_secs(16), 5);
        backoffs.begin(Duration::from_secs(8), 1);
        assert_eq!(seconds(now, backoffs.end(now, none)), Some(16));
        let after = |failed| Duration::from_secs(if failed < 5 { 20 } else { 1 });
        assert_eq!(seconds(now, backoffs.end(now, after)), Some(28));
        let later = now + Duration::from_secs(8);
        assert_eq!(seconds(now, backoffs.end(later, after)), Some(17));
        assert_eq!(backoffs.end(now + Duration::from_secs(16), after), None);
    }
}
