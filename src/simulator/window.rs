//! The service's side of the quota: exact sliding windows.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use crate::domain::limits::{RateLimit, RateLimits};

/// Every window of the quota, with the calls that count in it.
#[derive(Debug)]
pub(super) struct SlidingWindows(Vec<Window>);

#[derive(Debug)]
struct Window {
    limit: RateLimit,
    arrivals: VecDeque<Instant>,
}

/// A call that exceeds the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OverQuota {
    /// The exceeded limit; if there are several, the one with the longest wait.
    pub(super) limit: RateLimit,
    /// The time until the call would be admitted.
    pub(super) wait: Duration,
}

impl SlidingWindows {
    pub(super) fn new(limits: &RateLimits) -> Self {
        let windows = limits.0.iter().map(|&limit| Window {
            limit,
            arrivals: VecDeque::new(),
        });
        Self(windows.collect())
    }

    /// Counts the call in every window, or in none.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), OverQuota> {
        let refusals = self.0.iter_mut().filter_map(|window| window.refusal(now));
        if let Some(refusal) = refusals.max_by_key(|refusal| refusal.wait) {
            return Err(refusal);
        }
        for window in &mut self.0 {
            window.arrivals.push_back(now);
        }
        Ok(())
    }
}

impl Window {
    fn refusal(&mut self, now: Instant) -> Option<OverQuota> {
        while self
            .arrivals
            .front()
            .is_some_and(|&admission| now - admission >= self.limit.window)
        {
            self.arrivals.pop_front();
        }
        let places = usize::try_from(self.limit.calls.get()).unwrap_or(usize::MAX);
        let blocking = self.arrivals.len().checked_sub(places)?;
        let frees_at = *self.arrivals.get(blocking)? + self.limit.window;
        Some(OverQuota {
            limit: self.limit,
            wait: frees_at - now,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn limits(text: &str) -> RateLimits {
        text.parse().unwrap()
    }

    fn millis(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn slot_is_free_when_the_oldest_call_leaves_the_window() {
        let start = Instant::now();
        let mut windows = SlidingWindows::new(&limits("2/s"));
        assert_eq!(windows.admit(start), Ok(()));
        assert_eq!(windows.admit(start + millis(400)), Ok(()));
        let refusal = windows.admit(start + millis(999)).unwrap_err();
        assert_eq!(refusal.wait, millis(1));
        assert_eq!(windows.admit(start + millis(1000)), Ok(()));
        let refusal = windows.admit(start + millis(1000)).unwrap_err();
        assert_eq!(refusal.wait, millis(400));
    }

    #[test]
    fn longest_wait_is_returned() {
        let start = Instant::now();
        let mut windows = SlidingWindows::new(&limits("1/s,1/min"));
        assert_eq!(windows.admit(start), Ok(()));
        let refusal = windows.admit(start).unwrap_err();
        assert_eq!(refusal.limit.to_string(), "1/min");
    }

    #[test]
    fn without_limits_every_call_is_admitted() {
        let mut windows = SlidingWindows::new(&limits("none"));
        let now = Instant::now();
        assert!((0..1000).all(|_| windows.admit(now).is_ok()));
    }

    proptest! {
        #[test]
        fn windows_match_a_naive_count(
            gaps in vec(0_u64..400, 1..120),
            calls in 1_u32..8,
        ) {
            let limits = limits(&format!("{calls}/s,9/3s"));
            let mut windows = SlidingWindows::new(&limits);
            let start = Instant::now();
            let mut now = start;
            let mut held: Vec<Instant> = Vec::new();
            for gap in gaps {
                now += millis(gap);
                let within = |at: Instant, limit: &RateLimit| {
                    held.iter().filter(|&&call| call <= at && at - call < limit.window).count()
                };
                let fits = |at: Instant| {
                    limits.0.iter().all(|limit| within(at, limit) < limit.calls.get() as usize)
                };
                let verdict = windows.admit(now);
                prop_assert_eq!(verdict.is_ok(), fits(now));
                if let Err(refusal) = verdict {
                    prop_assert!(fits(now + refusal.wait));
                    prop_assert!(!fits(now + refusal.wait.saturating_sub(millis(1))));
                }
                if verdict.is_ok() {
                    held.push(now);
                }
            }
        }
    }
}
