//! The whole fleet: every machine asked, those that the service does not know asked again
//! late, and the run stopped when going on makes no sense.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    breaker::Breaker,
    estimate::{Stage, too_many},
    outage::Health,
    plan::Plan,
    question::{Asked, Question},
    quota::{Load, Quota},
    retry::RetryPolicy,
    tracker::{Progress, Requests, Tracker},
};
use crate::{
    defender::Api,
    outcome::{Failure, Outcome},
};

/// How often a machine that the service does not know is asked for again.
pub const LATE_PASSES: u32 = 2;
/// Machines under way for each call in flight: those that wait for another try take no
/// place from the others.
const UNDER_WAY: usize = 4;
/// What an answer takes, for the forecast before the first has arrived.
pub const USUAL_LATENCY: Duration = Duration::from_millis(300);

/// How a run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// No new call; those in flight end by themselves.
    pub gentle: CancellationToken,
    /// Nothing is waited for any more.
    pub hard: CancellationToken,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everything was asked.
    Finished,
    /// Told to stop before that.
    Interrupted,
    /// The service refused the whole run.
    Refused(Failure),
    /// The first machines all failed in this way, or in an outage nothing else came for an
    /// hour.
    Failing(Failure),
    /// The time for asking was over before that.
    OutOfTime,
    /// A call could not be noted, so that nothing more was sent.
    Unnoted,
}

/// Plain values that steer the asking.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Calls in flight at once.
    pub concurrency: usize,
    /// What is done about failures.
    pub policy: RetryPolicy,
    /// Tells when an answer arrived.
    pub clock: fn() -> Timestamp,
}

/// Asks an API for a fleet of machines.
#[derive(Debug)]
pub struct Fetcher<A> {
    pub(super) api: A,
    pub(super) quota: Quota,
    pub(super) policy: RetryPolicy,
    pub(super) clock: fn() -> Timestamp,
    pub(super) slots: Semaphore,
    pub(super) health: Health,
    pub(super) stops: Stops,
    pub(super) tracker: Tracker,
    concurrency: usize,
    plan: Plan,
    out_of_time: AtomicBool,
    stopped_by: Mutex<Option<Ending>>,
    /// Late passes that have begun.
    late_passes: AtomicU32,
}

impl<A: Api> Fetcher<A> {
    /// A fetcher for what is planned, told to stop by `stops`.
    pub fn new(api: A, quota: Quota, settings: Settings, plan: Plan, stops: &Stops) -> Self {
        Self {
            api,
            quota,
            policy: settings.policy,
            clock: settings.clock,
            health: Health::new(settings.policy.retries, &plan.known),
            slots: Semaphore::new(settings.concurrency),
            stops: Stops {
                gentle: stops.gentle.child_token(),
                hard: stops.hard.clone(),
            },
            tracker: Tracker::new(&plan, late_calls),
            concurrency: settings.concurrency,
            plan,
            out_of_time: AtomicBool::new(false),
            stopped_by: Mutex::new(None),
            late_passes: AtomicU32::new(0),
        }
    }

    /// Asks for every machine. Each outcome goes to `sink` as soon as it stands; machines
    /// without one were not asked for. That the service does not know a machine is told
    /// each time: of several outcomes the last one counts.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) -> Ending {
        let first = self.plan.machines.iter().copied().map(Question::new);
        // Where some are known to be answered, they tell whether the service works. What is
        // left of a fleet may be just those machines that always fail.
        let watched = if self.plan.known.is_empty() {
            self.plan.to_ask()
        } else {
            0
        };
        let mut breaker = Breaker::new(watched);
        let mut unknown = self.pass(first, &mut breaker, &mut sink).await;
        unknown.extend(self.plan.unknown.iter().copied().map(Question::unknown));
        if too_many(unknown.len() as u64, self.plan.len()) {
            warn!(
                "{} of {} machines are not known to the service: is this the right list, \
                 the right tenant? They are not asked for again",
                unknown.len(),
                self.plan.len()
            );
            return self.ending();
        }
        for pass in 1..=LATE_PASSES {
            self.late_passes.store(pass, Relaxed);
            // Whoever had this pass in an earlier process waits for the next.
            let (now, later) = unknown
                .into_iter()
                .partition(|question| question.times_unknown <= pass);
            unknown = later;
            unknown.extend(self.late_pass(now, &mut breaker, &mut sink).await);
        }
        self.ending()
    }

    async fn late_pass(
        &self,
        unknown: Vec<Question>,
        breaker: &mut Breaker,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Question> {
        if unknown.is_empty() {
            return unknown;
        }
        if self.stops.gentle.is_cancelled() {
            self.stopped();
            return unknown;
        }
        info!(
            "asking again for {} machines that the service did not know",
            unknown.len()
        );
        let calls = unknown
            .iter()
            .map(|question| late_calls(question.times_unknown));
        self.tracker.again(unknown.len() as u64, calls.sum());
        self.pass(unknown, breaker, sink).await
    }

    /// Asks all questions once, and returns those that the service does not know.
    async fn pass(
        &self,
        questions: impl IntoIterator<Item = Question>,
        breaker: &mut Breaker,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Question> {
        let mut unknown = Vec::new();
        let mut asked = stream::iter(questions)
            .map(|question| self.start(question))
            .buffer_unordered(self.concurrency.saturating_mul(UNDER_WAY));
        while let Some(asked) = asked.next().await {
            let outcome = match asked {
                Asked::NotFound { question, standing } => {
                    self.tracker.unknown(late_calls(question.times_unknown));
                    breaker.works();
                    unknown.push(question);
                    Some(standing)
                }
                Asked::Done(outcome) => {
                    self.take_in(&outcome, breaker);
                    Some(outcome)
                }
                Asked::Stopped(question) => self.left_out(question),
            };
            outcome.into_iter().for_each(&mut *sink);
        }
        unknown
    }

    /// What is known of a machine that the end of the run came before.
    fn left_out(&self, question: Question) -> Option<Outcome> {
        self.stopped();
        if question.is_unknown() {
            self.tracker.unknown(0);
        }
        question.into_standing()
    }

    async fn start(&self, question: Question) -> Asked {
        self.tracker.started();
        self.ask(question).await
    }

    fn take_in(&self, outcome: &Outcome, breaker: &mut Breaker) {
        self.tracker.done(outcome);
        if let Some(failure) = breaker.note(outcome) {
            self.stop(Ending::Failing(failure.clone()));
        }
    }

    /// Ends the run because the service refuses all of it.
    pub(super) fn refuse(&self, failure: &Failure) {
        self.stop(Ending::Refused(failure.clone()));
    }

    /// Ends the run because a call cannot be noted, or an answer not kept.
    pub fn unnoted(&self) {
        self.stop(Ending::Unnoted);
    }

    /// Ends the asking because the time for it is over: no new call; those in flight end by
    /// themselves. Changes nothing about a run that was told to stop before.
    pub fn out_of_time(&self) {
        if !self.stops.gentle.is_cancelled() {
            self.out_of_time.store(true, Relaxed);
            self.stops.gentle.cancel();
        }
    }

    /// Something was left out because the run was told to stop.
    fn stopped(&self) {
        self.stop(if self.out_of_time.load(Relaxed) {
            Ending::OutOfTime
        } else {
            Ending::Interrupted
        });
    }

    /// Ends the run; what was the first to end it is what ended it.
    pub(super) fn stop(&self, ending: Ending) {
        let mut stopped_by = self
            .stopped_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        stopped_by.get_or_insert(ending);
        self.stops.gentle.cancel();
    }

    fn ending(&self) -> Ending {
        let stopped_by = self
            .stopped_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        stopped_by.clone().unwrap_or(Ending::Finished)
    }

    /// Calls to the service so far.
    pub fn requests(&self) -> Requests {
        self.tracker.requests()
    }

    /// Where the run stands, and when it will have ended.
    pub fn progress(&self) -> Progress {
        let now = Instant::now();
        let in_flight = self.quota.in_flight();
        let stage = self.stage(in_flight.len() as u64);
        let load = Load {
            calls: stage.calls_left(),
            latency: self.latency(now, in_flight.first().copied()),
            concurrency: self.concurrency,
        };
        Progress {
            counts: self.tracker.counts(),
            requests: self.tracker.requests(),
            used: self.quota.used(),
            waiting: self
                .quota
                .waiting()
                .map(|(reason, until)| (reason, until - now)),
            remaining: (self.quota.forecast(load) - now).max(self.rests_left(now, stage)),
        }
    }

    /// How long the run takes because machines rest before another try.
    fn rests_left(&self, now: Instant, stage: Stage) -> Duration {
        let at_once = self.concurrency.saturating_mul(UNDER_WAY) as u64;
        let machines = (stage.machines, stage.findings);
        self.tracker.rests.left(now, machines, at_once)
    }

    /// How long an answer takes; before the first has arrived, at least as long as it is
    /// being waited for.
    fn latency(&self, now: Instant, waits_since: Option<Instant>) -> Duration {
        self.tracker.latency().unwrap_or_else(|| {
            let waited = waits_since.map(|since| now - since);
            waited.unwrap_or_default().max(USUAL_LATENCY)
        })
    }

    fn stage(&self, in_flight: u64) -> Stage {
        let counts = self.tracker.counts();
        let (findings, late) = self.tracker.findings();
        let passes = self.late_passes.load(Relaxed);
        Stage {
            fleet: counts.machines,
            machines: counts.machines.saturating_sub(counts.done()),
            in_flight,
            replies: self.requests().sent.saturating_sub(in_flight),
            findings,
            unknown: counts.not_found,
            late,
            passes: u64::from(LATE_PASSES.saturating_sub(passes)),
            is_late: passes > 0,
        }
    }
}

/// In how many late passes a machine is asked for that was unknown so often.
fn late_calls(times_unknown: u32) -> u64 {
    u64::from((LATE_PASSES + 1).saturating_sub(times_unknown))
}
