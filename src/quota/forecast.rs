//! When the last call will be answered: the schedule that the windows dictate, played
//! forward. The current speed says nothing about that: with 1,500 calls an hour it is
//! high for a quarter of an hour and then zero.

mod slots;

use std::time::Duration;

use tokio::time::Instant;

use self::slots::Slots;
use super::window::Window;

/// For how many times the largest number of slots the schedule is played call by call, if
/// it does not repeat itself before. Limits between which it wavers for longer are so alike
/// that it makes no difference worth mentioning which of them decides.
const PATIENCE: usize = 64;

/// What is still to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Calls still to be sent; those in flight are not among them.
    pub calls: u64,
    /// How long an answer takes.
    pub latency: Duration,
    /// Calls that may be in flight at once.
    pub concurrency: usize,
}

/// How much of the quota is in use.
#[derive(Debug)]
pub(super) struct Usage<'a> {
    pub(super) now: Instant,
    /// Until when nobody sends, if it is later than now.
    pub(super) resume_at: Instant,
    pub(super) windows: &'a [Window],
    /// When each call in flight was sent, earliest first.
    pub(super) in_flight: &'a [Instant],
    /// The time between two calls, by the pace.
    pub(super) period: Duration,
    /// When the last call was sent.
    pub(super) last: Option<Instant>,
}

/// The calls to come, played one after the other.
#[derive(Debug)]
pub(super) struct Schedule {
    /// What each call needs a slot in.
    slots: Vec<Slots>,
    /// When the last call was sent, or the first may be.
    sent: Instant,
    calls: u64,
    /// Calls that were played one by one.
    played: usize,
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
            // What never fills up holds nobody up.
            slots: slots.filter(|slots| slots.fill_up(load.calls)).collect(),
            sent: usage.resume_at.max(usage.now),
            calls: load.calls,
            played: 0,
            latency: load.latency,
            answered: usage.in_flight.last().map_or(usage.now, answer),
        }
    }

    /// When the last answer will have arrived.
    pub(super) fn end(mut self) -> Instant {
        if self.calls == 0 {
            return self.answered;
        }
        let later = self.play();
        self.sent + later + self.latency
    }

    /// Plays the calls until they repeat themselves, leaps over whole rounds, and plays what
    /// is left. Returns how much later than `sent` the last one is sent because of the leap.
    ///
    /// Sooner or later the slowest of the slots decides alone, call after call: whoever
    /// comes so many calls later as it has slots is sent its whole time later.
    fn play(&mut self) -> Duration {
        let Some(slowest) = Slots::slowest(&self.slots) else {
            return Duration::ZERO;
        };
        let (round, takes) = self.slots[slowest].round();
        let most = self.slots.iter().map(Slots::limit).max().unwrap_or(round);
        let mut in_a_row = 0;
        while in_a_row < most && self.played < most.saturating_mul(PATIENCE) {
            if self.calls == 0 {
                return Duration::ZERO;
            }
            // What an earlier state left behind is no round yet.
            let in_rounds = self.played >= round;
            in_a_row = if self.send(slowest) && in_rounds {
                in_a_row + 1
            } else {
                0
            };
        }
        let rounds = self.calls / round as u64;
        self.calls %= round as u64;
        while self.calls > 0 {
            self.send(slowest);
        }
        takes.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
    }

    /// Sends the next call, and returns whether it was for these slots that it was not
    /// sent earlier.
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
        self.played += 1;
        since == Some(self.sent)
    }
}

#[cfg(test)]
mod tests;
