//! The quota: how many calls may be sent, and when.
//!
//! Three things decide, and a call waits for the last of them: exact sliding windows hold
//! the limits, a pacer smooths, and after a refusal for quota everybody waits until the
//! service has said that it goes on. Every attempt takes a permit, the first as the last.
//! Calls outlive processes in the service's count: a ledger keeps them, and the next process
//! remembers them.

mod forecast;
mod in_flight;
mod ledger;
mod limits;
mod pacer;
mod pause;
mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::Notify,
    time::{Duration, Instant, sleep_until},
};

pub use self::{
    forecast::Load,
    ledger::{CallNumber, Ledger, Unnoted},
    limits::{InvalidLimit, Pace, RateLimit, RateLimits},
};
use self::{
    forecast::{Schedule, Stand},
    in_flight::InFlight,
    pacer::Pacer,
    pause::Pause,
    window::{Place, Window},
};

/// What an answer takes, for the forecast before anything is known of that.
pub(super) const USUAL_LATENCY: Duration = Duration::from_millis(300);
/// What it may take then: a service that is slow answers in some seconds.
pub(super) const SLOW_LATENCY: Duration = Duration::from_secs(3);

/// Grants permits to send.
#[derive(Debug)]
pub struct Quota {
    /// Held by the one that is next: only it watches the clock, the others queue.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    pacer: Option<Pacer>,
    /// A call was answered, or given up before it was sent.
    vacated: Notify,
    ledger: Option<Arc<dyn Ledger>>,
    has_windows: bool,
    /// What answers took in earlier processes, if there were any.
    usual_latency: Option<Duration>,
}

#[derive(Debug)]
struct State {
    windows: Vec<Window>,
    in_flight: InFlight,
    /// When the last place was taken.
    last: Option<Instant>,
    pause: Pause,
    /// In an outage: when the service is asked again.
    down_until: Option<Instant>,
}

/// Leave to send one call. Hold it until the answer has arrived: from then on the windows
/// count the call down.
#[derive(Debug)]
#[must_use = "a call without its permit breaks the quota"]
pub struct Permit<'a> {
    quota: &'a Quota,
    /// Whether the call may have been sent: one that is given up before gives back its
    /// places.
    granted: bool,
    call: Option<CallNumber>,
    /// Its place among those in flight.
    place: usize,
}

/// What calls wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A window is used up.
    Window,
    /// The service refused calls for quota.
    Throttled,
    /// The service does not answer.
    Outage,
}

impl Quota {
    /// A quota on which nothing was used yet.
    pub fn new(limits: &RateLimits, pace: Pace) -> Self {
        Self {
            turn: tokio::sync::Mutex::new(()),
            state: Mutex::new(State {
                windows: limits.0.iter().copied().map(Window::new).collect(),
                in_flight: InFlight::default(),
                last: None,
                pause: Pause::default(),
                down_until: None,
            }),
            pacer: Pacer::new(pace),
            vacated: Notify::new(),
            ledger: None,
            has_windows: !limits.0.is_empty(),
            usual_latency: None,
        }
    }

    /// The quota that notes every call in this ledger before it is sent. Without limits no
    /// call is noted: no window would count it.
    #[must_use]
    pub fn noting_in(mut self, ledger: Arc<dyn Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Takes in the calls of earlier processes, each as the time since its answer arrived,
    /// or must have. They count as if this process had sent them.
    pub fn remember(&mut self, ages: &[Duration]) {
        let now = Instant::now();
        for window in &mut self.state().windows {
            window.remember(ages, now);
        }
    }

    /// Whether there are limits or a pace at all.
    pub fn is_scarce(&self) -> bool {
        self.has_windows || self.pacer.is_some()
    }

    /// Takes in what answers took in earlier processes, if there were any.
    pub fn expect(&mut self, latency: Option<Duration>) {
        self.usual_latency = latency;
    }

    /// What an answer takes, as long as this process has seen none.
    pub fn usual_latency(&self) -> Duration {
        self.usual_latency.unwrap_or(USUAL_LATENCY)
    }

    /// What an answer may take then: longer, where no earlier process has seen one either.
    pub fn slow_latency(&self) -> Duration {
        self.usual_latency.unwrap_or(SLOW_LATENCY)
    }

    /// Waits for leave to send one call: first come, first served. With a ledger, the call
    /// is noted by then.
    pub async fn permit(&self) -> Result<Permit<'_>, Unnoted> {
        let mut permit = self.places().await;
        // Others take their turn meanwhile, so that several notes can be written at once.
        if let Some(ledger) = &self.ledger {
            if self.has_windows {
                permit.call = Some(ledger.sending().await?);
            } else {
                ledger.room().await?;
            }
        }
        permit.granted = true;
        Ok(permit)
    }

    /// Waits for a place in every window.
    async fn places(&self) -> Permit<'_> {
        // Where nothing is in short supply, nobody need queue.
        let _turn = if self.is_scarce() {
            Some(self.turn.lock().await)
        } else {
            None
        };
        loop {
            match self.try_places(Instant::now()) {
                Ok(permit) => return permit,
                Err(Place::At(instant)) => self.until(instant).await,
                Err(_) => self.vacated.notified().await,
            }
        }
    }

    /// Waits for this instant, unless a place is given back before.
    async fn until(&self, instant: Instant) {
        tokio::select! {
            biased;
            () = sleep_until(instant) => {}
            () = self.vacated.notified() => {}
        }
    }

    fn try_places(&self, now: Instant) -> Result<Permit<'_>, Place> {
        let mut state = self.state();
        match state.place(now) {
            Place::Now => {}
            later => return Err(later),
        }
        if let Some(pacer) = &self.pacer {
            pacer.take(now).map_err(Place::At)?;
        }
        state.windows.iter_mut().for_each(Window::take);
        state.last = Some(now);
        Ok(Permit {
            quota: self,
            granted: false,
            call: None,
            place: state.in_flight.take(now),
        })
    }

    /// Makes everybody wait, because the service refused a call for quota: for as long as
    /// it said, or else for longer each time. Returns when calls go on.
    pub fn throttled(&self, retry_after: Option<Duration>) -> Instant {
        let now = Instant::now();
        let resume_at = self.state().pause.throttled(retry_after, now);
        if let Some(ledger) = &self.ledger {
            ledger.paused(resume_at - now);
        }
        resume_at
    }

    /// Takes in what is left of a pause that an earlier process was told to make.
    pub fn still_paused(&self, left: Duration) {
        if !left.is_zero() {
            self.state().pause.throttled(Some(left), Instant::now());
        }
    }

    /// Notes that the service answers: the next refusal without a time starts small again.
    pub fn flowing(&self) {
        self.state().pause.flowing();
    }

    /// Notes that the service is down, and when it is asked again. Whoever may send then is
    /// not decided here.
    pub fn goes_down(&self, until: Instant) {
        self.state().down_until = Some(until);
    }

    /// Notes that the service answers again.
    pub fn comes_back(&self) {
        self.state().down_until = None;
    }

    /// Until when no call can be sent, and why; `None` when the next one waits for at most
    /// the pace.
    pub fn waiting(&self) -> Option<(Waiting, Instant)> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(instant) = state.down_until {
            return Some((Waiting::Outage, instant));
        }
        if let Some(instant) = state.pause.until(now) {
            return Some((Waiting::Throttled, instant));
        }
        match state.place(now) {
            Place::At(instant) => Some((Waiting::Window, instant)),
            Place::Now | Place::AfterAnAnswer => None,
        }
    }

    /// For each limit in its order: calls that count now, and how many may.
    pub fn used(&self) -> Vec<(usize, usize)> {
        let now = Instant::now();
        self.state()
            .windows
            .iter_mut()
            .map(|window| window.used(now))
            .collect()
    }

    /// When each call in flight was sent, earliest first.
    pub fn in_flight(&self) -> Vec<Instant> {
        self.state().in_flight.sent()
    }

    /// When the last of these calls will be answered, and of those in flight, by the windows
    /// as they stand.
    pub fn forecast(&self, load: Load) -> Instant {
        let now = Instant::now();
        let period = self.pacer.as_ref().map_or(Duration::ZERO, Pacer::period);
        let state = self.state();
        let stand = Stand {
            now,
            resume_at: state.pause.until(now).max(state.down_until).unwrap_or(now),
            windows: &state.windows,
            in_flight: &state.in_flight.sent(),
            pace: (period, state.last),
        };
        let schedule = Schedule::new(&stand, load);
        drop(state);
        schedule.end()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn place(&mut self, now: Instant) -> Place {
        let pause = self.pause.until(now).map_or(Place::Now, Place::At);
        self.windows
            .iter_mut()
            .map(|window| window.place(now))
            .fold(pause, Place::max)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.quota.state();
        state.in_flight.leave(self.place);
        for window in &mut state.windows {
            if self.granted {
                window.answered(now);
            } else {
                window.give_back();
            }
        }
        drop(state);
        if let (Some(ledger), Some(call)) = (&self.quota.ledger, self.call) {
            ledger.answered(call);
        }
        if self.quota.has_windows {
            self.quota.vacated.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
