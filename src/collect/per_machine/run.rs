//! What everybody who asks in a run shares: the quota, what is known of the service, what is
//! counted, and why the run ends.

use std::{
    iter, mem,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

use super::{
    breaker::{Breaker, FIRST, Health},
    late_calls,
    plan::Plan,
    postponed::{PATIENCE, PostponedMachines, Wanted},
    retry::RetryPolicy,
    settings::{Settings, Stops},
    target::Target,
    tracker::Tracker,
};
use crate::quota::Quota;
use crate::{
    defender::{CallError, Class},
    domain::{
        ending::Ending,
        machine::MachineId,
        outcome::{Failure, Outcome},
    },
};

/// One run, while it is under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) quota: Quota,
    pub(super) policy: RetryPolicy,
    pub(super) clock: fn() -> Timestamp,
    pub(super) health: Health,
    pub(super) stops: Stops,
    pub(super) tracker: Tracker,
    pub(super) plan: Plan,
    /// Machines that are asked for when nobody was answered yet, and all fail.
    pub(super) scouts: Vec<MachineId>,
    /// How many of the plan's machines somebody asks for, or has asked for.
    taken: AtomicUsize,
    /// Machines that the service does not know, as helpers were told.
    left: Mutex<Vec<Target>>,
    pub(super) postponed: PostponedMachines,
    breaker: Mutex<Breaker>,
    out_of_time: AtomicBool,
    stopped_by: Mutex<Option<Ending>>,
}

impl Run {
    /// A run in which nothing was asked yet.
    pub(super) fn new(quota: Quota, settings: Settings, plan: Plan, stops: &Stops) -> Self {
        Self {
            quota,
            policy: settings.policy,
            clock: settings.clock,
            health: Health::new(settings.policy.retries, &plan.known),
            stops: Stops {
                gentle: stops.gentle.child_token(),
                hard: stops.hard.clone(),
            },
            tracker: Tracker::new(&plan, late_calls),
            taken: AtomicUsize::new(0),
            left: Mutex::default(),
            postponed: PostponedMachines::default(),
            breaker: Mutex::new(Breaker::new(watched(&plan))),
            scouts: plan.scouts(),
            plan,
            out_of_time: AtomicBool::new(false),
            stopped_by: Mutex::new(None),
        }
    }

    /// The plan's machines that nobody has taken yet, each to be asked for by whoever gets it.
    pub(super) fn targets(&self) -> impl Iterator<Item = Target> {
        iter::from_fn(|| {
            let place = self.taken.fetch_add(1, Relaxed);
            self.plan.machines.get(place).copied().map(Target::new)
        })
    }

    /// Leaves unknown machines to the fetcher, which asks for them again late.
    pub(super) fn leave(&self, unknown: Vec<Target>) {
        self.left.lock().extend(unknown);
    }

    /// What helpers have left.
    pub(super) fn take_left(&self) -> Vec<Target> {
        mem::take(&mut *self.left.lock())
    }

    /// Takes in that a machine is not known.
    pub(super) fn unknown(&self, target: &Target) {
        self.tracker.unknown(late_calls(target.times_unknown));
    }

    /// Takes in that the service asks to be left alone with a machine for so long.
    pub(super) fn postpone(&self, target: Target, wait: Duration) {
        if wait > PATIENCE
            && let Some(failure) = &target.failure
            && self.breaker.lock().postponed(failure)
        {
            self.stop(Ending::Failing(failure.clone()));
        }
        let outages = target.earlier.outages();
        self.postponed.add(target, wait, outages);
    }

    /// Takes a postponed machine that is due, of those with a long wait only where everything
    /// else is done. When the run stops all are due: they are asked for no more, and become
    /// outcomes.
    pub(super) fn take_due(&self, is_last: bool) -> Option<Target> {
        if self.postponed.len() == 0 {
            return None;
        }
        if self.stops.gentle.is_cancelled() {
            return self.postponed.take_any();
        }
        self.postponed.take_due(self.wanted(is_last))
    }

    /// When the next postponed machine is due.
    pub(super) fn next_due(&self, is_last: bool) -> Option<Instant> {
        (self.postponed.len() > 0)
            .then(|| self.postponed.next_due(self.wanted(is_last)))
            .flatten()
    }

    fn wanted(&self, with_long: bool) -> Wanted {
        Wanted {
            with_long,
            outages: self.health.outages(),
        }
    }

    /// Whether so many machines were postponed, and none ever answered, that the service is
    /// rather asked for those again than for others.
    pub(super) fn is_unproven(&self) -> bool {
        self.postponed.len() >= FIRST && !self.health.has_answered()
    }

    /// Waits until a postponed machine may be due.
    pub(super) async fn postponed_is_due(&self, due: Instant) {
        tokio::select! {
            () = sleep_until(due) => {}
            () = self.health.outage_after(self.health.outages()) => {}
            () = self.stops.gentle.cancelled() => {}
        }
    }

    /// Gives up for this start the machines that the service asks to be left alone with for
    /// longer than the run waits.
    pub(super) fn give_up_postponed(&self) -> Vec<Outcome> {
        let now = Instant::now();
        let postponed = self.postponed.take_all();
        if !postponed.is_empty() {
            self.stop(Ending::Postponed);
        }
        let given_up = postponed
            .into_iter()
            .map(|(target, due)| target.given_up(due.saturating_duration_since(now)));
        given_up.collect()
    }

    /// Takes in an outcome that stands.
    pub(super) fn take_in(&self, outcome: &Outcome) {
        self.tracker.done(outcome);
    }

    /// Shows an outcome to the circuit breaker. Once the first machines have all failed alike,
    /// returns how.
    pub(super) fn watch(&self, outcome: &Outcome) -> Option<Failure> {
        self.breaker.lock().note(outcome).cloned()
    }

    /// The service works: the circuit breaker need not watch any more.
    pub(super) fn works(&self) {
        self.breaker.lock().works();
    }

    /// What is known of a machine that the end of the run came before.
    pub(super) fn left_out(&self, target: Target) -> Option<Outcome> {
        self.stopped();
        if target.is_unknown() {
            self.tracker.unknown(0);
        }
        target.into_standing()
    }

    /// Ends the run because the service refuses all of it.
    pub(super) fn refuse(&self, failure: &Failure) {
        self.stop(Ending::Refused(failure.clone()));
    }

    /// Ends the run because the sign-in failed any more.
    pub(super) fn cannot_sign_in(&self, error: CallError) {
        self.stop(match error.class {
            Class::NoToken => Ending::NoSignIn(error.failure),
            _ => Ending::Refused(error.failure),
        });
    }

    /// Ends the run because a call cannot be noted, or an answer not kept.
    pub(super) fn unnoted(&self) {
        self.stop(Ending::StoreFailed);
    }

    /// Ends the asking because the time for it is over.
    pub(super) fn out_of_time(&self) {
        if !self.stops.gentle.is_cancelled() {
            self.out_of_time.store(true, Relaxed);
            self.stops.gentle.cancel();
        }
    }

    /// Something was left out because the run was told to stop.
    pub(super) fn stopped(&self) {
        self.stop(if self.out_of_time.load(Relaxed) {
            Ending::OutOfTime
        } else {
            Ending::Interrupted
        });
    }

    /// Ends the run; what was the first to end it is what ended it.
    pub(super) fn stop(&self, ending: Ending) {
        self.stopped_by.lock().get_or_insert(ending);
        self.stops.gentle.cancel();
    }

    /// How the run ended.
    pub(super) fn ending(&self) -> Ending {
        self.stopped_by.lock().clone().unwrap_or(Ending::Finished)
    }
}

/// How many machines the circuit breaker watches. Where some are known to be answered, they
/// tell whether the service works: what is left of a fleet may be just those machines that
/// always fail.
fn watched(plan: &Plan) -> usize {
    if plan.known.is_empty() {
        plan.to_ask()
    } else {
        0
    }
}
