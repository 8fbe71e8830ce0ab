//! Counts of a run in progress, for the progress display.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    estimate::{Backoffs, Latency, ProgressSnapshot, RetryStats},
    plan::{LATE_PASSES, Plan, late_calls},
};
use crate::{
    collect::Counts,
    domain::outcome::{Outcome, Reason},
    domain::requests::Requests,
};

/// The service's replies to calls: answers, and refusals for quota.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReplyCounts {
    pub(super) answers: u64,
    pub(super) throttled: u64,
}

impl ReplyCounts {
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

/// The number of machines by result.
#[derive(Debug, Default, Clone, Copy)]
struct Machines {
    counts: Counts,
    /// The number of results for machines.
    findings: u64,
    /// The number of late calls for the machines waiting for them.
    late_calls: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tracker {
    /// The calls that earlier processes sent for the run.
    sent_before: Requests,
    sent: AtomicU64,
    retried: AtomicU64,
    throttled: AtomicU64,
    answers: AtomicU64,
    /// The number of machines in the first pass.
    planned: u64,
    /// Machines of the first pass whose request has begun.
    started: AtomicU64,
    /// The number of late passes that have begun.
    late_passes: AtomicU32,
    machines: Mutex<Machines>,
    latency: Mutex<Latency>,
    /// Machines waiting for another attempt.
    pub(super) backoffs: Backoffs,
    /// The results of calls, by the number of failures before them.
    pub(super) retry_stats: RetryStats,
}

impl Tracker {
    /// Counts for this plan.
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
            sent_before: plan.sent_before,
            planned: plan.machines.len() as u64,
            machines: Mutex::new(machines),
            ..Self::default()
        }
    }

    /// Counts a call that is sent.
    pub(super) fn sent(&self, again: bool) {
        self.sent.fetch_add(1, Relaxed);
        self.retried.fetch_add(u64::from(again), Relaxed);
    }

    /// Counts a call that was refused for quota.
    pub(super) fn throttled(&self) {
        self.throttled.fetch_add(1, Relaxed);
    }

    /// Counts a call that was answered.
    pub(super) fn answered(&self) {
        self.answers.fetch_add(1, Relaxed);
    }

    /// Records how long a call took.
    pub(super) fn record_latency(&self, length: Duration) {
        self.latency.lock().record(length);
    }

    /// Counts a machine whose request begins.
    pub(super) fn started(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    /// Records that a late pass begins.
    pub(super) fn begin_late_pass(&self, number: u32) {
        self.late_passes.store(number, Relaxed);
    }

    /// Counts an unknown machine, and the calls to be sent for it late.
    pub(super) fn unknown(&self, late_calls: u64) {
        let mut machines = self.machines.lock();
        machines.findings += 1;
        machines.late_calls += late_calls;
        machines.counts.not_found += 1;
    }

    /// Counts unknown machines that are requested once more, and removes their late calls.
    pub(super) fn retry_unknown(&self, count: u64, late_calls: u64) {
        let mut machines = self.machines.lock();
        machines.late_calls -= late_calls;
        machines.counts.not_found -= count;
    }

    /// Counts a final outcome.
    pub(super) fn done(&self, outcome: &Outcome) {
        let mut machines = self.machines.lock();
        machines.findings += 1;
        let counts = &mut machines.counts;
        match outcome.result.as_ref().map_err(|failure| failure.reason) {
            Ok(_) => counts.answered += 1,
            Err(Reason::NotFound | Reason::NotInExport) => counts.not_found += 1,
            Err(Reason::Pending) => {}
            Err(_) => counts.failed += 1,
        }
    }

    /// The number of machines whose request has not begun.
    pub(super) fn not_started(&self) -> u64 {
        let started = self.started.load(Relaxed);
        self.planned.saturating_sub(started)
    }

    /// The number of answers so far, for all machines.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Relaxed)
    }

    /// The service's replies to the calls for all machines so far.
    pub(super) fn replies(&self) -> ReplyCounts {
        ReplyCounts {
            answers: self.answers(),
            throttled: self.throttled.load(Relaxed),
        }
    }

    /// The answer time; `None` before the first answer.
    pub(super) fn latency(&self) -> Option<Duration> {
        self.latency.lock().mean()
    }

    pub(super) fn counts(&self) -> Counts {
        self.machines.lock().counts
    }

    pub(super) fn requests(&self) -> Requests {
        self.sent_before.plus(Requests {
            sent: self.sent.load(Relaxed),
            retried: self.retried.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
        })
    }

    /// The progress of the run, given the number of calls in flight.
    pub(super) fn snapshot(&self, in_flight: u64) -> ProgressSnapshot {
        let machines = *self.machines.lock();
        let counts = machines.counts;
        let passes = self.late_passes.load(Relaxed);
        ProgressSnapshot {
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
