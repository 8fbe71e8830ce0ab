//! One exact sliding window, as a pure state machine over instants.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::RateLimit;

/// Enforces one [`RateLimit`] exactly, without knowing the service's clock.
///
/// The service counts a call from the moment it receives it. That moment is unknown here: it lies
/// between sending and the arrival of the answer. So a call in flight counts, and an answered call
/// counts until a whole window after its answer arrived. The service's count of that call began
/// earlier, so it never sees more calls within its window than the limit, whatever the network does
/// in between.
#[derive(Debug, Clone)]
pub(super) struct Window {
    rate: RateLimit,
    limit: usize,
    hold: Duration,
    in_flight: usize,
    /// When each answered call stops counting, soonest first.
    expiries: VecDeque<Instant>,
}

/// When the next call may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Availability {
    /// Now.
    Now,
    /// At this instant, not before.
    At(Instant),
    /// Only after one of the calls in flight has been answered.
    AfterAnswer,
}

/// Safety margin for differences between clocks: 2 ms for timers and rounding, and a ten-thousandth
/// of the window, because two machines' clocks do not run at exactly the same rate.
fn safety_margin(window: Duration) -> Duration {
    Duration::from_millis(2) + window / 10_000
}

impl Window {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            rate: limit,
            limit: usize::try_from(limit.calls.get()).unwrap_or(usize::MAX),
            hold: limit.window + safety_margin(limit.window),
            in_flight: 0,
            expiries: VecDeque::new(),
        }
    }

    /// The window of another limit, with the same calls.
    pub(super) fn with_limit(&self, limit: RateLimit) -> Self {
        let mut other = Self::new(limit);
        other.in_flight = self.in_flight;
        let (later, earlier) = (
            other.hold.saturating_sub(self.hold),
            self.hold.saturating_sub(other.hold),
        );
        // Without an instant that early, the call stopped counting long ago.
        let expiries = self.expiries.iter().copied();
        other.expiries = expiries
            .filter_map(|expiry| (expiry + later).checked_sub(earlier))
            .collect();
        other
    }

    /// When the next call may be sent.
    pub(super) fn availability(&mut self, now: Instant) -> Availability {
        self.expire(now);
        if self.in_flight + self.expiries.len() < self.limit {
            return Availability::Now;
        }
        // With a lower limit than in an earlier process, several calls must stop counting.
        let too_many = self.in_flight + self.expiries.len() - self.limit;
        self.expiries
            .get(too_many)
            .map_or(Availability::AfterAnswer, |expiry| {
                Availability::At(*expiry)
            })
    }

    /// Counts calls of earlier processes, given the time since each answer arrived.
    pub(super) fn restore(&mut self, ages: &[Duration], now: Instant) {
        let remaining = ages.iter().filter_map(|age| self.hold.checked_sub(*age));
        self.expiries
            .extend(remaining.map(|remaining| now + remaining));
        self.expiries.make_contiguous().sort_unstable();
    }

    /// Counts a call that is being sent.
    pub(super) fn admit(&mut self) {
        self.in_flight += 1;
    }

    /// Starts the countdown of a call whose answer has arrived or will never arrive.
    pub(super) fn answered(&mut self, now: Instant) {
        self.in_flight -= 1;
        self.expiries.push_back(now + self.hold);
    }

    /// Stops counting a call that was not sent.
    pub(super) fn release(&mut self) {
        self.in_flight -= 1;
    }

    fn expire(&mut self, now: Instant) {
        while self.expiries.front().is_some_and(|expiry| *expiry <= now) {
            self.expiries.pop_front();
        }
    }

    /// The number of calls in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The limit, as people write it.
    pub(super) fn rate(&self) -> RateLimit {
        self.rate
    }

    /// The number of calls that count now, and the limit.
    pub(super) fn used(&mut self, now: Instant) -> (usize, usize) {
        self.expire(now);
        (self.in_flight + self.expiries.len(), self.limit)
    }

    /// When each answered call stops counting, soonest first.
    pub(super) fn expiries(&self) -> impl Iterator<Item = Instant> {
        self.expiries.iter().copied()
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn hold(&self) -> Duration {
        self.hold
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(text: &str) -> Window {
        Window::new(text.parse().unwrap())
    }

    #[test]
    fn call_counts_until_a_window_after_its_answer() {
        let start = Instant::now();
        let mut window = window("2/s");
        window.admit();
        assert_eq!(window.availability(start), Availability::Now);
        window.admit();
        assert_eq!(window.availability(start), Availability::AfterAnswer);

        let answered = start + Duration::from_millis(300);
        window.answered(answered);
        let free = answered + Duration::from_secs(1) + safety_margin(Duration::from_secs(1));
        assert_eq!(window.availability(answered), Availability::At(free));
        assert_eq!(window.availability(free), Availability::Now);
    }

    proptest! {
        /// A service that counts each call at any moment between sending and answer never counts more than
        /// the limit within any window.
        #[test]
        fn service_never_counts_more_than_the_limit(
            limit in 1_u32..6,
            calls in prop::collection::vec((0_u64..400, 0_u64..=100), 1..60),
        ) {
            let length = Duration::from_millis(500);
            let start = Instant::now();
            let mut window = window(&format!("{limit}/500ms"));
            let mut now = start;
            let mut in_flight: Vec<Instant> = Vec::new();
            let mut seen = Vec::new();
            for (latency, share) in calls {
                loop {
                    in_flight.sort();
                    while in_flight.first().is_some_and(|answer| *answer <= now) {
                        window.answered(in_flight.remove(0));
                    }
                    match window.availability(now) {
                        Availability::Now => break,
                        Availability::At(at) => now = at.min(in_flight.first().copied().unwrap_or(at)),
                        Availability::AfterAnswer => now = in_flight[0],
                    }
                }
                window.admit();
                in_flight.push(now + Duration::from_millis(latency));
                seen.push(now + Duration::from_millis(latency * share / 100));
            }
            for from in &seen {
                let within = seen.iter().filter(|at| *at >= from && **at < *from + length);
                prop_assert!(within.count() <= limit as usize);
            }
        }
    }
}
