//! Forecasts when the last call will be answered, by simulating the schedule that the windows
//! impose. The current rate is not representative: with 1,500 calls an hour it is high for a quarter of an
//! hour and then zero.

mod slots;

use std::time::Duration;

use tokio::time::Instant;

use self::slots::Slots;
use super::window::Window;

/// The simulation goes call by call through at most this many times the largest number of slots, unless the
/// schedule repeats before that. Limits between which it alternates for longer are so similar that it hardly
/// matters which one decides.
const MAX_SIMULATED_TURNS: usize = 64;

/// The remaining calls.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The number of calls still to be sent, without those in flight.
    pub calls: u64,
    /// How long an answer takes.
    pub latency: Duration,
    /// The maximum number of calls in flight.
    pub concurrency: usize,
}

/// The current use of the quota.
#[derive(Debug)]
pub(super) struct Usage<'a> {
    pub(super) now: Instant,
    /// When calls are sent again, if that is later than now.
    pub(super) resume_at: Instant,
    pub(super) windows: &'a [Window],
    /// When each call in flight was sent, earliest first.
    pub(super) in_flight: &'a [Instant],
    /// The time between two calls at the configured pace.
    pub(super) period: Duration,
    /// When the last call was sent.
    pub(super) last: Option<Instant>,
}

/// The simulation of the calls to come, one after the other.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The resources in which each call needs a slot.
    slots: Vec<Slots>,
    /// When the last call was sent, or when the first one may be.
    sent: Instant,
    calls: u64,
    /// The number of calls simulated one by one.
    simulated: usize,
    latency: Duration,
    /// When the calls in flight will have been answered.
    answered: Instant,
}

impl Schedule {
    pub(super) fn new(usage: &Usage<'_>, load: Load) -> Self {
        let answer = |sent: &Instant| usage.now.max(*sent + load.latency);
        let answers = usage.in_flight.iter().map(answer);
        let in_flight = Slots::new(load.concurrency.max(1), load.latency, answers.clone());
        let (period, last) = (usage.period, usage.last);
        let paced = Slots::new(1, period, last.map(|sent| sent + period));
        let windows = usage.windows.iter().map(|window| {
            let hold = window.hold();
            let free = answers.clone().map(|answer| answer + hold);
            let taken = window.expiries().chain(free);
            Slots::new(window.limit(), load.latency + hold, taken)
        });
        let slots = windows.chain([in_flight, paced]);
        Self {
            // Slots that never fill up delay no call.
            slots: slots
                .filter(|slots| slots.can_fill_up(load.calls))
                .collect(),
            sent: usage.resume_at.max(usage.now),
            calls: load.calls,
            simulated: 0,
            latency: load.latency,
            answered: usage.in_flight.last().map_or(usage.now, answer),
        }
    }

    /// When the last answer will have arrived.
    pub(super) fn end(mut self) -> Instant {
        if self.calls == 0 {
            return self.answered;
        }
        let later = self.simulate();
        self.sent + later + self.latency
    }

    /// Simulates calls until the schedule repeats, skips whole rounds, and simulates the rest.
    /// Returns how much later than `sent` the last call is sent because of the skipped rounds.
    ///
    /// Eventually the slowest resource alone decides, call after call: with n slots, the call n
    /// places later is sent exactly one hold time later.
    fn simulate(&mut self) -> Duration {
        let Some(slowest) = Slots::slowest(&self.slots) else {
            return Duration::ZERO;
        };
        let (round, duration) = self.slots[slowest].round();
        let most = self.slots.iter().map(Slots::limit).max().unwrap_or(round);
        let mut consecutive = 0;
        while consecutive < most && self.simulated < most.saturating_mul(MAX_SIMULATED_TURNS) {
            if self.calls == 0 {
                return Duration::ZERO;
            }
            // Effects of the initial state do not count as rounds.
            let in_rounds = self.simulated >= round;
            consecutive = if self.send(slowest) && in_rounds {
                consecutive + 1
            } else {
                0
            };
        }
        let rounds = self.calls / round as u64;
        self.calls %= round as u64;
        while self.calls > 0 {
            self.send(slowest);
        }
        duration.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
    }

    /// Sends the next call. Returns whether these slots were what delayed it.
    fn send(&mut self, slowest: usize) -> bool {
        let mut since = None;
        for (at, slots) in self.slots.iter_mut().enumerate() {
            let Some(free) = slots.free() else { continue };
            self.sent = self.sent.max(free);
            since = if at == slowest { Some(free) } else { since };
        }
        for slots in &mut self.slots {
            slots.take(self.sent);
        }
        self.calls -= 1;
        self.simulated += 1;
        since == Some(self.sent)
    }
}

#[cfg(test)]
mod tests;
