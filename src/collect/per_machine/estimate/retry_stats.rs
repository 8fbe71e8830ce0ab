//! Estimates how often calls are retried, and how long that takes, from the run so far.

use std::time::Duration;

use parking_lot::Mutex;

use crate::collect::per_machine::retry::RetryPolicy;

/// The estimate assumes this many additional successful first calls, so that the first failure is not taken
/// as the rule.
const WELL_BEHAVED: f64 = 20.0;
/// Calls are counted separately by the number of earlier failures of their machine, up to this number of
/// failures.
const COUNTED_SEPARATELY: usize = 8;
/// Retries that are expected for fewer machines than this, over the whole fleet, are ignored.
const MIN_EXPECTED_MACHINES: f64 = 0.5;
/// The longest time in an estimate, in seconds: thirty years.
const MAX_SECONDS: f64 = 1e9;

/// The calls so far, by the number of failures before them.
#[derive(Debug, Default)]
pub(crate) struct RetryStats {
    counts: Mutex<[AttemptCounts; COUNTED_SEPARATELY]>,
}

#[derive(Debug, Default, Clone, Copy)]
struct AttemptCounts {
    replies: u32,
    failed: u32,
}

/// The expected calls and delays of one machine.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedRetries {
    /// For each call of a machine: the share that fails and is retried, and the delay before the retry.
    steps: Vec<(f64, Duration)>,
}

impl RetryStats {
    /// Records the result of a call after this number of failures.
    pub(crate) fn record(&self, failed_before: u32, has_failed: bool) {
        let at = counts_index(failed_before);
        let mut counts = self.counts.lock();
        counts[at].replies = counts[at].replies.saturating_add(1);
        counts[at].failed = counts[at].failed.saturating_add(u32::from(has_failed));
    }

    /// The expectation under this policy.
    pub(crate) fn expected(&self, policy: &RetryPolicy) -> ExpectedRetries {
        let counts = *self.counts.lock();
        let (mut share, mut reached) = (0.0, 1.0);
        let mut steps = Vec::new();
        for failed in 1..=policy.retries {
            share = counts[counts_index(failed - 1)].share(share, failed == 1);
            steps.push((share, policy.usual_delay(failed)));
            reached *= share;
            // Later calls are too rare to matter.
            if reached < 1e-6 {
                break;
            }
        }
        ExpectedRetries { steps }
    }
}

fn counts_index(failed_before: u32) -> usize {
    usize::try_from(failed_before)
        .map_or(COUNTED_SEPARATELY - 1, |at| at.min(COUNTED_SEPARATELY - 1))
}

impl AttemptCounts {
    /// The share that fails. Without enough data, it is close to the share of the preceding call.
    fn share(self, before: f64, is_first: bool) -> f64 {
        let (failed, replies) = (f64::from(self.failed), f64::from(self.replies));
        if is_first {
            failed / (replies + WELL_BEHAVED)
        } else {
            (failed + before) / (replies + 1.0)
        }
    }
}

impl ExpectedRetries {
    /// The expected number of calls for each machine.
    pub(crate) fn calls(&self) -> f64 {
        1.0 + self.reached().map(|(reached, _)| reached).sum::<f64>()
    }

    /// How long a machine is in progress, given the latency of a reply.
    pub(crate) fn in_progress(&self, latency: Duration) -> f64 {
        let again = self.reached();
        let again = again.map(|(reached, delay)| reached * (delay + latency).as_secs_f64());
        latency.as_secs_f64() + again.sum::<f64>()
    }

    /// How much longer than usual the last of `machines` is in progress, because one of them fails
    /// repeatedly.
    pub(crate) fn tail(&self, machines: u64, latency: Duration) -> Duration {
        let machines = u32::try_from(machines).map_or(f64::MAX, f64::from);
        self.while_likely(machines, 0, latency)
    }

    /// The remaining time after the next attempt of a machine that has failed this often.
    pub(crate) fn after(&self, failed: u32, latency: Duration) -> Duration {
        self.while_likely(1.0, usize::try_from(failed).unwrap_or(usize::MAX), latency)
    }

    fn while_likely(&self, machines: f64, from: usize, latency: Duration) -> Duration {
        let mut reached = machines;
        let mut takes = Duration::ZERO;
        for (share, delay) in self.steps.iter().skip(from) {
            reached *= share;
            if reached < MIN_EXPECTED_MACHINES {
                break;
            }
            takes = takes.saturating_add(*delay + latency);
        }
        takes
    }

    /// For each retry, the share of machines that reach it, and the delay before it.
    fn reached(&self) -> impl Iterator<Item = (f64, Duration)> {
        self.steps.iter().scan(1.0, |reached, (share, delay)| {
            *reached *= share;
            Some((*reached, *delay))
        })
    }
}

/// A number of seconds as a `Duration`.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.clamp(0.0, MAX_SECONDS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy::with_retries(5);

    /// The expectation after these numbers of first calls, of their failures, of first retries and
    /// of their failures.
    fn after(first: (u32, u32), second: (u32, u32)) -> ExpectedRetries {
        let retry_stats = RetryStats::default();
        for (failed_before, (replies, failed)) in [(0, first), (1, second)] {
            for number in 0..replies {
                retry_stats.record(failed_before, number < failed);
            }
        }
        retry_stats.expected(&POLICY)
    }

    #[test]
    fn no_retries_are_expected_without_failures() {
        for replies in [0, 1, 1000] {
            let repetition = after((replies, 0), (0, 0));
            assert_eq!(repetition.calls().to_string(), "1");
            assert_eq!(repetition.tail(32, Duration::from_secs(1)), Duration::ZERO);
            let in_progress = repetition.in_progress(Duration::from_secs(1));
            assert_eq!(in_progress.to_string(), "1");
        }
    }

    #[test]
    fn random_failures_are_expected_to_be_retried() {
        let repetition = after((980, 200), (200, 40));
        assert!((repetition.calls() - 1.25).abs() < 0.01, "{repetition:?}");
        // Of the last 32 machines one is expected to fail twice, and none three times.
        let tail = repetition.tail(32, Duration::from_millis(100));
        let expected = POLICY.usual_delay(1) + POLICY.usual_delay(2);
        assert_eq!(tail, expected + Duration::from_millis(200));
    }

    #[test]
    fn permanent_failures_are_recognised_by_the_second_failure() {
        let repetition = after((980, 200), (50, 50));
        assert!((repetition.calls() - 2.0).abs() < 0.06, "{repetition:?}");
        let tail = repetition.tail(32, Duration::ZERO).as_secs_f64();
        assert!((tail - 0.75 * 15.5).abs() < 0.01, "{tail}");
        let left = repetition.after(3, Duration::ZERO).as_secs_f64();
        assert!((left - 0.75 * 12.0).abs() < 0.01, "{left}");
        assert_eq!(repetition.after(5, Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn single_failure_is_not_extrapolated() {
        let repetition = after((1, 1), (0, 0));
        assert!(repetition.calls() < 1.06, "{repetition:?}");
        assert_eq!(
            after((1, 1), (1, 1)).tail(9, Duration::ZERO),
            Duration::ZERO
        );
    }

    #[test]
    fn extreme_figures_do_not_overflow() {
        let policy = RetryPolicy::with_retries(u32::MAX);
        let retry_stats = RetryStats::default();
        retry_stats.record(u32::MAX, true);
        for _ in 0..1000 {
            retry_stats.record(0, true);
        }
        let policy = RetryPolicy {
            retries: 100_000,
            ..policy
        };
        let repetition = retry_stats.expected(&policy);
        let _ = repetition.tail(u64::MAX, Duration::from_secs(u64::MAX >> 20));
        assert_eq!(seconds(f64::INFINITY).as_secs(), 1_000_000_000);
        assert_eq!(seconds(f64::NAN), Duration::ZERO);
        assert_eq!(seconds(-1.0), Duration::ZERO);
    }
}
