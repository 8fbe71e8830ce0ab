//! The current state of one API's quota.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    in_flight::InFlight,
    pause::Pause,
    window::{Opening, Window},
};

/// Why calls wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A window is used up.
    Window,
    /// The service refused calls for quota.
    Throttled,
    /// The service is down.
    Outage,
}

/// The quota of one API used by earlier processes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The calls that may still count, each as the time since its answer arrived.
    pub calls: Vec<Duration>,
    /// Measured answer time, if any.
    pub latency: Option<Duration>,
    /// The rest of a pause that the service requested.
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
    /// In an outage: when the service is probed again.
    pub(super) down_until: Option<Instant>,
}

impl State {
    /// When the windows and the pause admit the next call.
    pub(super) fn opening(&mut self, now: Instant) -> Opening {
        let pause = self.pause.until(now).map_or(Opening::Now, Opening::At);
        let windows = self.windows.iter_mut().map(|window| window.opening(now));
        windows.fold(pause, Opening::max)
    }

    /// Counts a call as in flight, and returns its slot.
    pub(super) fn admit(&mut self, now: Instant) -> usize {
        self.windows.iter_mut().for_each(Window::admit);
        self.last = Some(now);
        self.in_flight.add(now)
    }

    /// Ends a call. A call that was not sent stops counting at once.
    pub(super) fn end(&mut self, slot: usize, was_sent: bool, now: Instant) {
        self.in_flight.remove(slot);
        for window in &mut self.windows {
            if was_sent {
                window.answered(now);
            } else {
                window.give_back();
            }
        }
    }

    /// Counts calls of earlier processes, given the time since each answer arrived.
    pub(super) fn remember(&mut self, ages: &[Duration], now: Instant) {
        for window in &mut self.windows {
            window.remember(ages, now);
        }
    }

    /// Until when no call can be sent, and why.
    pub(super) fn waiting(&mut self, now: Instant) -> Option<(Waiting, Instant)> {
        if let Some(instant) = self.down_until {
            return Some((Waiting::Outage, instant));
        }
        if let Some(instant) = self.pause.until(now) {
            return Some((Waiting::Throttled, instant));
        }
        match self.opening(now) {
            Opening::At(instant) => Some((Waiting::Window, instant)),
            Opening::Now | Opening::AfterAnAnswer => None,
        }
    }

    /// When the pause and the outage end, whatever the windows say.
    pub(super) fn resume_at(&self, now: Instant) -> Instant {
        self.pause.until(now).max(self.down_until).unwrap_or(now)
    }
}
