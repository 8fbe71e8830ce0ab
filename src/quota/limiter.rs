//! The limiter of one API: delays its callers and hands out permits.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    CallNumber, EarlierUsage, Ledger, Load, RateLimits, Refusal, Rules, StoreFailed, Throttled,
    forecast::{Schedule, Usage},
    in_flight::InFlight,
    pacer::Pacer,
    pause::Pause,
    state::{State, WaitReason},
    streak::Streak,
    window::{Availability, Window},
};
use crate::domain::api::Api;

/// The assumed answer time for the forecast, before any has been measured.
pub(crate) const ASSUMED_LATENCY: LatencyRange = LatencyRange {
    // That of a simulated tenant on the same machine.
    least: Duration::from_millis(20),
    usual: Duration::from_millis(300),
    // A slow service answers within a few seconds.
    most: Duration::from_secs(3),
};

/// An answer time, with the shortest and the longest plausible one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyRange {
    /// The shortest.
    pub least: Duration,
    /// The usual one.
    pub usual: Duration,
    /// The longest.
    pub most: Duration,
}

impl LatencyRange {
    /// An answer time that was measured.
    pub const fn measured(latency: Duration) -> Self {
        Self {
            least: latency,
            usual: latency,
            most: latency,
        }
    }
}

/// Limits the calls to one API of the service. A [`Gate`](super::Gate) has one for each API.
///
/// A call waits for three things: a slot in each exact sliding window, the pace, and the end of the pause
/// after a refusal for quota.
#[derive(Debug)]
pub struct Limiter {
    api: Api,
    /// Held by the next caller in line: only this one watches the clock, the others queue.
    next: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    pacer: Option<Pacer>,
    /// Notified when a call was answered, or was cancelled before it was sent.
    ended: Notify,
    ledger: Option<Arc<dyn Ledger>>,
    has_windows: bool,
    /// Answer time measured by earlier processes, if any.
    latency: Option<Duration>,
}

/// Permission to send one call to one API. Hold it until the answer has arrived: from then on the call ages
/// out of the windows.
///
/// Only a [`Limiter`] makes one:
///
/// ```compile_fail
/// use patchgap::quota::{Limiter, Permit};
///
/// fn forged(limiter: &Limiter) -> Permit<'_> {
///     Permit { limiter, was_sent: false, call: None, slot: 0 }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a call without its permit breaks the quota"]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    /// Whether the call may have been sent: a call cancelled before that does not count.
    was_sent: bool,
    call: Option<CallNumber>,
    /// Its slot among the calls in flight.
    slot: usize,
}

impl Limiter {
    /// A limiter with nothing of its quota used yet.
    pub(super) fn new(api: Api, rules: &Rules) -> Self {
        let limits = &rules.limits.0;
        Self {
            api,
            next: tokio::sync::Mutex::new(()),
            state: Mutex::new(State {
                windows: limits.iter().copied().map(Window::new).collect(),
                in_flight: InFlight::default(),
                last: None,
                pause: Pause::default(),
                streak: Streak::default(),
                down_until: None,
            }),
            pacer: Pacer::new(rules.pace),
            ended: Notify::new(),
            ledger: None,
            has_windows: !limits.is_empty(),
            latency: None,
        }
    }

    /// Records every further call in this ledger before it is sent. Without limits no call is
    /// recorded, because no window would count it.
    pub(super) fn record_in(&mut self, ledger: Arc<dyn Ledger>) {
        self.ledger = Some(ledger);
    }

    /// Counts the quota used by earlier processes, as if this process had used it.
    pub(super) fn restore(&mut self, earlier: &EarlierUsage) {
        let now = Instant::now();
        let state = self.state.get_mut();
        state.restore(&earlier.calls, now);
        if !earlier.pause.is_zero() {
            state.pause.throttled(Some(earlier.pause), now);
        }
        self.latency = earlier.latency;
    }

    /// Whether there are any limits or a pace.
    pub fn is_scarce(&self) -> bool {
        self.has_windows || self.pacer.is_some()
    }

    /// The assumed answer time, until this process has measured one: a range if no earlier process has
    /// measured one either.
    pub fn assumed_latency(&self) -> LatencyRange {
        self.latency.map_or(ASSUMED_LATENCY, LatencyRange::measured)
    }

    /// Waits for permission to send one call; first come, first served. With a ledger, the call is
    /// recorded when this returns.
    pub async fn permit(&self) -> Result<Permit<'_>, StoreFailed> {
        let mut permit = self.admission().await;
        // Meanwhile the next caller may proceed, so that several calls can be recorded concurrently.
        if let Some(ledger) = &self.ledger {
            if self.has_windows {
                permit.call = Some(ledger.sending().await?);
            } else {
                ledger.room().await?;
            }
        }
        permit.was_sent = true;
        Ok(permit)
    }

    /// Waits until the windows, the pace and the pause admit the call.
    async fn admission(&self) -> Permit<'_> {
        // Without limits or a pace, there is no need to queue.
        let _next = if self.is_scarce() {
            Some(self.next.lock().await)
        } else {
            None
        };
        loop {
            match self.try_admit(Instant::now()) {
                Ok(permit) => return permit,
                Err(Availability::At(instant)) => self.until(instant).await,
                Err(_) => self.ended.notified().await,
            }
        }
    }

    /// Waits until this instant, or until a call ends, whichever is first.
    async fn until(&self, instant: Instant) {
        tokio::select! {
            biased;
            () = sleep_until(instant) => {}
            () = self.ended.notified() => {}
        }
    }

    fn try_admit(&self, now: Instant) -> Result<Permit<'_>, Availability> {
        let mut state = self.state.lock();
        match state.availability(now) {
            Availability::Now => {}
            later => return Err(later),
        }
        if let Some(pacer) = &self.pacer {
            pacer.admit(now).map_err(Availability::At)?;
        }
        Ok(Permit {
            limiter: self,
            was_sent: false,
            call: None,
            slot: state.admit(now),
        })
    }

    /// Pauses all callers after a refusal for quota: for the time that the service gave, or else
    /// for a growing time. If the refusal shows a narrower limit, that holds from now on.
    pub fn throttled(&self, refusal: Refusal) -> Throttled {
        let now = Instant::now();
        let mut state = self.state.lock();
        let (resume_at, limit) = state.throttled(refusal, now);
        let learned = limit.and_then(|limit| Some((limit, state.narrow(limit)?)));
        drop(state);
        if let Some(ledger) = &self.ledger {
            ledger.paused(resume_at - now);
            if let Some((limit, _)) = &learned {
                ledger.learned(*limit);
            }
        }
        Throttled {
            resume_at,
            narrowed: learned.map(|(_, limits)| limits),
        }
    }

    /// The service answered: the next refusal without a time causes a short pause again.
    pub fn answered(&self) {
        self.state.lock().answered();
    }

    /// The service is down, and will be probed at this instant. Which caller may probe is decided
    /// elsewhere.
    pub fn down_until(&self, instant: Instant) {
        self.state.lock().down_until = Some(instant);
    }

    /// The service answers again after an outage.
    pub fn outage_over(&self) {
        self.state.lock().down_until = None;
    }

    /// Until when no call can be sent, and why; `None` if the next call is delayed by the pace at
    /// most.
    pub fn waiting(&self) -> Option<(WaitReason, Instant)> {
        self.state.lock().waiting(Instant::now())
    }

    /// The API whose calls it limits.
    pub fn api(&self) -> Api {
        self.api
    }

    /// The limits that hold now.
    pub fn limits(&self) -> RateLimits {
        self.state.lock().limits()
    }

    /// For each limit, in order: the number of calls that count now, and the maximum.
    pub fn used(&self) -> Vec<(usize, usize)> {
        let now = Instant::now();
        let mut state = self.state.lock();
        let windows = state.windows.iter_mut();
        windows.map(|window| window.used(now)).collect()
    }

    /// When each call in flight was sent, earliest first.
    pub fn in_flight(&self) -> Vec<Instant> {
        self.state.lock().in_flight.sent()
    }

    /// When the last of these calls and of those in flight will be answered, according to the current
    /// windows.
    pub fn forecast(&self, load: Load) -> Instant {
        let now = Instant::now();
        let state = self.state.lock();
        let usage = Usage {
            now,
            resume_at: state.resume_at(now),
            windows: &state.windows,
            in_flight: &state.in_flight.sent(),
            period: self.pacer.as_ref().map_or(Duration::ZERO, Pacer::period),
            last: state.last,
        };
        let schedule = Schedule::new(&usage, load);
        drop(state);
        schedule.end()
    }
}

impl Permit<'_> {
    /// Asserts that the call is to this API.
    ///
    /// # Panics
    ///
    /// If it is not: it would be missing in the quota of the API that it is sent to.
    pub fn assert_is_for(&self, api: Api) {
        assert_eq!(self.limiter.api, api, "the permit is for another API");
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let limiter = self.limiter;
        let mut state = limiter.state.lock();
        state.end(self.slot, self.was_sent, Instant::now());
        drop(state);
        if let (Some(ledger), Some(call)) = (&limiter.ledger, self.call) {
            ledger.answered(call);
        }
        if limiter.has_windows {
            limiter.ended.notify_one();
        }
    }
}
