//! Counts of a run under way, for whoever shows progress.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    estimate::{Backoffs, Latency, Repeats, Stage},
    plan::{LATE_PASSES, Plan, late_calls},
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

/// What became of machines.
#[derive(Debug, Default, Clone, Copy)]
struct Machines {
    counts: Counts,
    /// How often something was found out about one.
    findings: u64,
    /// Calls that late passes will take for those that wait for them.
    late_calls: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tracker {
    sent: AtomicU64,
    retried: AtomicU64,
    throttled: AtomicU64,
    answers: AtomicU64,
    /// Machines of the first pass.
    planned: u64,
    /// Those of them for which a request has begun.
    started: AtomicU64,
    /// Late passes that have begun.
    late_passes: AtomicU32,
    machines: Mutex<Machines>,
    latency: Mutex<Latency>,
    /// Machines that wait for another attempt.
    pub(super) backoffs: Backoffs,
    /// How calls went, by how many had failed before.
    pub(super) repeats: Repeats,
}

impl Tracker {
    /// Counts for what is planned.
    pub(super) fn new(plan: &Plan) -> Self {
        let unknown = &plan.unknown;
        let machines = Machines {
            counts: Counts {
                machines: plan.len(),
                answered: plan.reused,
                not_found: unknown.len() as u64,
                failed: 0,
            },
            findings: 0,
            late_calls: unknown.iter().map(|it| late_calls(it.times)).sum(),
        };
        Self {
            planned: plan.machines.len() as u64,
            machines: Mutex::new(machines),
            ..Self::default()
        }
    }

    /// A call is sent.
    pub(super) fn sent(&self, again: bool) {
        self.sent.fetch_add(1, Relaxed);
        self.retried.fetch_add(u64::from(again), Relaxed);
    }

    /// A call was refused for quota.
    pub(super) fn throttled(&self) {
        self.throttled.fetch_add(1, Relaxed);
    }

    /// A call was answered.
    pub(super) fn answered(&self) {
        self.answers.fetch_add(1, Relaxed);
    }

    /// A call took so long.
    pub(super) fn took(&self, length: Duration) {
        self.latency.lock().note(length);
    }

    /// A request for another machine begins.
    pub(super) fn started(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    /// A late pass begins.
    pub(super) fn late_pass(&self, number: u32) {
        self.late_passes.store(number, Relaxed);
    }

    /// A machine is not known, and so many calls will be sent for it late.
    pub(super) fn unknown(&self, late_calls: u64) {
        let mut machines = self.machines.lock();
        machines.findings += 1;
        machines.late_calls += late_calls;
        machines.counts.not_found += 1;
    }

    /// So many unknown machines are asked for once more, with the calls that were to be sent for
    /// them late.
    pub(super) fn again(&self, count: u64, late_calls: u64) {
        let mut machines = self.machines.lock();
        machines.late_calls -= late_calls;
        machines.counts.not_found -= count;
    }

    /// An outcome stands.
    pub(super) fn done(&self, outcome: &Outcome) {
        let mut machines = self.machines.lock();
        machines.findings += 1;
        let counts = &mut machines.counts;
        match outcome.result.as_ref().map_err(|failure| failure.reason) {
            Ok(_) => counts.answered += 1,
            Err(Reason::NotFound) => counts.not_found += 1,
            Err(Reason::Pending) => {}
            Err(_) => counts.failed += 1,
        }
    }

    /// Machines for which no request has begun.
    pub(super) fn left(&self) -> u64 {
        let started = self.started.load(Relaxed);
        self.planned.saturating_sub(started)
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

    /// What an answer takes; none before the first.
    pub(super) fn latency(&self) -> Option<Duration> {
        self.latency.lock().mean()
    }

    pub(super) fn counts(&self) -> Counts {
        self.machines.lock().counts
    }

    pub(super) fn requests(&self) -> Requests {
        Requests {
            sent: self.sent.load(Relaxed),
            retried: self.retried.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
        }
    }

    /// How far the run is with so many calls in flight.
    pub(super) fn stage(&self, in_flight: u64) -> Stage {
        let machines = *self.machines.lock();
        let counts = machines.counts;
        let passes = self.late_passes.load(Relaxed);
        Stage {
            fleet: counts.machines,
            machines: counts.machines.saturating_sub(counts.done()),
            in_flight,
            replies: self.sent.load(Relaxed).saturating_sub(in_flight),
            findings: machines.findings,
            unknown: counts.not_found,
            late: machines.late_calls,
            passes: u64::from(LATE_PASSES.saturating_sub(passes)),
            is_late: passes > 0,
        }
    }
}
