//! Counts of a run under way, for whoever shows progress.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    estimate::{Backoffs, Latency, Repeats},
    plan::Plan,
};
use crate::{
    collect::{Counts, Requests},
    domain::outcome::{Outcome, Reason},
};

/// How the service received calls: answers, and refusals for quota.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    pub(super) answers: u64,
    pub(super) throttled: u64,
}

impl Flow {
    pub(super) fn and_throttled(self, calls: u64) -> Self {
        Self {
            throttled: self.throttled + calls,
            ..self
        }
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            answers: self.answers.saturating_sub(earlier.answers),
            throttled: self.throttled.saturating_sub(earlier.throttled),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Tracker {
    sent: AtomicU64,
    retried: AtomicU64,
    throttled: AtomicU64,
    answers: AtomicU64,
    started: AtomicU64,
    /// Machines for which the first call was sent.
    called: AtomicU64,
    /// Machines that the first pass asks for.
    unasked: u64,
    /// How often something was found out about a machine.
    findings: AtomicU64,
    /// Calls that late passes will take for machines that wait for them.
    late: AtomicU64,
    counts: Mutex<Counts>,
    latency: Mutex<Latency>,
    /// Machines that wait for another try.
    pub(super) backoffs: Backoffs,
    /// How calls went, by how many had failed before.
    pub(super) repeats: Repeats,
}

impl Tracker {
    /// Counts for what is planned; `late_calls` tells how many late passes a machine has left
    /// that was unknown so often.
    pub(super) fn new(plan: &Plan, late_calls: fn(u32) -> u64) -> Self {
        let counts = Counts {
            machines: plan.len(),
            answered: plan.reused,
            not_found: plan.unknown.len() as u64,
            failed: 0,
        };
        Self {
            unasked: plan.machines.len() as u64,
            late: AtomicU64::new(plan.unknown.iter().map(|it| late_calls(it.times)).sum()),
            counts: Mutex::new(counts),
            ..Self::default()
        }
    }

    pub(super) fn sent(&self, again: bool) {
        self.sent.fetch_add(1, Relaxed);
        self.retried.fetch_add(u64::from(again), Relaxed);
    }

    pub(super) fn started(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    /// Notes that the first call for a machine is sent.
    pub(super) fn called(&self) {
        self.called.fetch_add(1, Relaxed);
    }

    /// Machines for which no call was sent yet.
    pub(super) fn uncalled(&self) -> u64 {
        self.unasked.saturating_sub(self.called.load(Relaxed))
    }

    /// Whether no machine is left that was not asked for yet.
    pub(super) fn all_started(&self) -> bool {
        self.started.load(Relaxed) >= self.unasked
    }

    pub(super) fn throttled(&self) {
        self.throttled.fetch_add(1, Relaxed);
    }

    /// Notes an answer.
    pub(super) fn answer(&self) {
        self.answers.fetch_add(1, Relaxed);
    }

    /// Notes how long a call took.
    pub(super) fn took(&self, length: Duration) {
        self.latency.lock().note(length);
    }

    /// Answers so far, whichever machine's.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Relaxed)
    }

    /// How the service received the calls for all machines so far.
    pub(super) fn flow(&self) -> Flow {
        Flow {
            answers: self.answers(),
            throttled: self.throttled.load(Relaxed),
        }
    }

    pub(super) fn latency(&self) -> Option<Duration> {
        self.latency.lock().mean()
    }

    /// How often something was found out about a machine, and the calls of late passes for
    /// those that wait for them.
    pub(super) fn findings(&self) -> (u64, u64) {
        (self.findings.load(Relaxed), self.late.load(Relaxed))
    }

    /// Notes that a machine is not known, and that so many calls will be sent for it late.
    pub(super) fn unknown(&self, late_calls: u64) {
        self.findings.fetch_add(1, Relaxed);
        self.late.fetch_add(late_calls, Relaxed);
        self.count(|counts| counts.not_found += 1);
    }

    /// Takes unknown machines back that are asked for once more, and the calls that were to
    /// be sent for them late.
    pub(super) fn again(&self, machines: u64, late_calls: u64) {
        self.late.fetch_sub(late_calls, Relaxed);
        self.count(|counts| counts.not_found -= machines);
    }

    pub(super) fn done(&self, outcome: &Outcome) {
        self.findings.fetch_add(1, Relaxed);
        self.count(|counts| match &outcome.result {
            Ok(_) => counts.answered += 1,
            Err(failure) if failure.reason == Reason::NotFound => counts.not_found += 1,
            Err(failure) if failure.reason == Reason::Pending => {}
            Err(_) => counts.failed += 1,
        });
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock());
    }

    pub(super) fn counts(&self) -> Counts {
        *self.counts.lock()
    }

    pub(super) fn requests(&self) -> Requests {
        Requests {
            sent: self.sent.load(Relaxed),
            retried: self.retried.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
        }
    }
}
