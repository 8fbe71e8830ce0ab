//! Refusals in a row, which show a limit that the service does not name.
//!
//! Only refusals of different requests count if there are several: one machine may be refused every time.

use std::num::NonZeroU32;

use super::RateLimit;

/// The number of refusals in a row that show a limit. A single one may have another cause: the service also
/// refuses calls when the tenant's calls use too much CPU time.
const REFUSALS_IN_A_ROW: usize = 3;

/// The shortest window at the time of a refusal.
#[derive(Debug, Clone, Copy)]
pub(super) struct WindowUsage {
    /// The calls that count, the refused one and those in flight included.
    pub(super) used: usize,
    /// The calls that count and were admitted; the results of calls in flight are unknown.
    pub(super) admitted: usize,
    /// The maximum.
    pub(super) limit: usize,
    /// The limit of the window.
    pub(super) rate: RateLimit,
}

impl WindowUsage {
    /// The limit that a refusal now shows; `None` if it shows none. If no call was admitted, others have used
    /// up the quota.
    fn shown(self) -> Option<RateLimit> {
        let calls = u32::try_from(self.admitted).ok().and_then(NonZeroU32::new);
        let is_open = self.used < self.limit;
        calls
            .filter(|_| is_open)
            .map(|calls| RateLimit { calls, ..self.rate })
    }

    fn is_half_full(self) -> bool {
        2 * self.admitted >= self.limit
    }
}

/// The refusals since the service last answered.
#[derive(Debug, Default)]
pub(super) struct Streak {
    refusals: usize,
    /// Refusals that began a pause: calls in flight together are refused together.
    pauses: usize,
    /// The window at the first one.
    first: Option<WindowUsage>,
}

impl Streak {
    /// Counts a refusal; returns the limit that the refusals show together, if they do. If the window is less
    /// than half full, refusals of calls in flight together count as one.
    pub(super) fn refused(&mut self, now: WindowUsage, begins_pause: bool) -> Option<RateLimit> {
        self.refusals += 1;
        self.pauses += usize::from(begins_pause);
        let first = *self.first.get_or_insert(now);
        let in_a_row = if first.is_half_full() {
            self.refusals
        } else {
            self.pauses
        };
        if in_a_row < REFUSALS_IN_A_ROW {
            return None;
        }
        *self = Self::default();
        first.shown()
    }

    /// The service answered.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The window of a limit of 100 a minute with this many admitted calls, and this many in flight.
    fn window(admitted: usize, in_flight: usize) -> WindowUsage {
        WindowUsage {
            used: admitted + 1 + in_flight,
            admitted,
            limit: 100,
            rate: "100/min".parse().unwrap(),
        }
    }

    #[test]
    fn refusals_in_a_row_show_a_limit() {
        // Each refusal begins a pause (`p`), or comes within one (`-`); `a` is an answer.
        for (what, first, events, expected) in [
            ("one", window(60, 0), "p", None),
            ("two", window(60, 0), "pp", None),
            ("three together", window(60, 3), "p--", Some("60/min")),
            ("three one by one", window(60, 0), "ppp", Some("60/min")),
            ("an answer in between", window(60, 0), "pap-ap", None),
            ("exactly half full", window(50, 0), "p--", Some("50/min")),
            ("together, but not half full", window(49, 4), "p----", None),
            (
                "one by one, not half full",
                window(20, 0),
                "p-p-p",
                Some("20/min"),
            ),
            ("nothing admitted", window(0, 0), "ppp", None),
            ("our own window is full", window(99, 0), "ppp", None),
            ("full with those in flight", window(92, 7), "p--", None),
        ] {
            let mut streak = Streak::default();
            let mut shown = None;
            for (place, event) in events.chars().enumerate() {
                let now = if place == 0 { first } else { window(70, 0) };
                match event {
                    'a' => streak.answered(),
                    event => shown = streak.refused(now, event == 'p'),
                }
            }
            let shown = shown.map(|it| it.to_string());
            assert_eq!(shown.as_deref(), expected, "{what}");
        }
    }
}
