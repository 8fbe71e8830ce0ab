//! The current state of one API's quota.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    RateLimit, RateLimits, Refusal,
    in_flight::InFlight,
    pause::Pause,
    streak::{Streak, WindowUsage},
    window::{Availability, Window},
};

/// Why calls wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// A window is used up.
    Window,
    /// The service refused calls for quota.
    Throttled,
    /// The service is down.
    Outage,
}

/// The quota of one API used by earlier processes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierUsage {
    /// The calls that may still count, each as the time since its answer arrived.
    pub calls: Vec<Duration>,
    /// Measured answer time, if any.
    pub latency: Option<Duration>,
    /// The remainder of a pause that the service requested.
    pub pause: Duration,
}

/// Windows, calls in flight, pause and outage of one API.
#[derive(Debug)]
pub(super) struct State {
    pub(super) windows: Vec<Window>,
    pub(super) in_flight: InFlight,
    /// When the last call was admitted.
    pub(super) last: Option<Instant>,
    pub(super) pause: Pause,
    /// The refusals since the last answer.
    pub(super) streak: Streak,
    /// In an outage: when the service is probed again.
    pub(super) down_until: Option<Instant>,
}

impl State {
    /// When the windows and the pause admit the next call.
    pub(super) fn availability(&mut self, now: Instant) -> Availability {
        let pause = self
            .pause
            .until(now)
            .map_or(Availability::Now, Availability::At);
        let windows = self
            .windows
            .iter_mut()
            .map(|window| window.availability(now));
        windows.fold(pause, Availability::max)
    }

    /// Counts a call as in flight, and returns its slot.
    pub(super) fn admit(&mut self, now: Instant) -> usize {
        self.windows.iter_mut().for_each(Window::admit);
        self.last = Some(now);
        self.in_flight.add(now)
    }

    /// Ends a call. A call that was not sent stops counting immediately.
    pub(super) fn end(&mut self, slot: usize, was_sent: bool, now: Instant) {
        self.in_flight.remove(slot);
        for window in &mut self.windows {
            if was_sent {
                window.answered(now);
            } else {
                window.release();
            }
        }
    }

    /// Counts calls of earlier processes, given the time since each answer arrived.
    pub(super) fn restore(&mut self, ages: &[Duration], now: Instant) {
        for window in &mut self.windows {
            window.restore(ages, now);
        }
    }

    /// Records a refusal for quota. Returns when calls resume, and the limit that the service names or that
    /// several refusals show.
    pub(super) fn throttled(
        &mut self,
        refusal: Refusal,
        now: Instant,
    ) -> (Instant, Option<RateLimit>) {
        let begins_pause = self.pause.until(now).is_none();
        let shown = self.shortest(now).filter(|_| !refusal.is_repeated);
        let shown = shown.and_then(|window| self.streak.refused(window, begins_pause));
        let resume_at = self.pause.throttled(refusal.wait, now);
        (resume_at, refusal.limit.or(shown))
    }

    /// The shortest window.
    fn shortest(&mut self, now: Instant) -> Option<WindowUsage> {
        let window = self.windows.iter_mut().min_by_key(|it| it.hold())?;
        let (used, limit) = window.used(now);
        Some(WindowUsage {
            used,
            admitted: (used - window.in_flight()).saturating_sub(1),
            limit,
            rate: window.rate(),
        })
    }

    /// The limits of the windows.
    pub(super) fn limits(&self) -> RateLimits {
        RateLimits(self.windows.iter().map(Window::rate).collect())
    }

    /// Narrows the windows to a limit, and returns all limits that now apply; `None` if it narrows nothing.
    /// Calls that count are kept; a window of a new length takes those of the longest window.
    pub(super) fn narrow(&mut self, limit: RateLimit) -> Option<RateLimits> {
        let limits = self.limits().narrowed_by(limit)?;
        let longest = self.windows.iter().max_by_key(|it| it.hold())?;
        let narrowed = limits.0.iter().map(|limit| {
            let mut windows = self.windows.iter();
            let same = windows.find(|window| window.rate().window == limit.window);
            same.unwrap_or(longest).with_limit(*limit)
        });
        self.windows = narrowed.collect();
        Some(limits)
    }

    /// The service answered: refusals are no longer in a row.
    pub(super) fn answered(&mut self) {
        self.pause.answered();
        self.streak.answered();
    }

    /// Until when no call can be sent, and why.
    pub(super) fn waiting(&mut self, now: Instant) -> Option<(WaitReason, Instant)> {
        if let Some(instant) = self.down_until {
            return Some((WaitReason::Outage, instant));
        }
        if let Some(instant) = self.pause.until(now) {
            return Some((WaitReason::Throttled, instant));
        }
        match self.availability(now) {
            Availability::At(instant) => Some((WaitReason::Window, instant)),
            Availability::Now | Availability::AfterAnswer => None,
        }
    }

    /// When the pause and the outage end, whatever the windows say.
    pub(super) fn resume_at(&self, now: Instant) -> Instant {
        self.pause.until(now).max(self.down_until).unwrap_or(now)
    }
}
