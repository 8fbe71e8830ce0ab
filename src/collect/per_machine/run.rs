//! The state that the workers of a run share: the quota, the state of the service, the counts, and why the
//! run ends.

use std::{
    iter, mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

use super::{
    breaker::{Circuit, CircuitBreaker, FIRST_MACHINES, FirstOutcomes},
    plan::{Plan, late_calls},
    postponed::{MAX_FINAL_WAIT, PostponedFilter, PostponedMachines},
    retry::RetryPolicy,
    settings::{Settings, Stops},
    target::{Target, TargetResult},
    tracker::Tracker,
};
use crate::quota::{Gate, Limiter};
use crate::{
    defender::{CallError, Class},
    domain::{api::Api, ending::Ending, machine::MachineId, outcome::Outcome},
};

/// The run is stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// A run in progress.
#[derive(Debug)]
pub(super) struct Run {
    gate: Arc<Gate>,
    /// The maximum number of calls in flight.
    pub(super) concurrency: usize,
    pub(super) policy: RetryPolicy,
    pub(super) clock: fn() -> Timestamp,
    pub(super) breaker: CircuitBreaker,
    pub(super) stops: Stops,
    pub(super) tracker: Tracker,
    pub(super) plan: Plan,
    /// Machines to request if none was answered yet and all fail.
    pub(super) sample: Vec<MachineId>,
    /// The number of the plan's machines that workers have taken.
    taken: AtomicUsize,
    /// Machines that the service did not know in the passes so far.
    unknown: Mutex<Vec<Target>>,
    pub(super) postponed: PostponedMachines,
    out_of_time: AtomicBool,
    stopped_by: Mutex<Option<Ending>>,
}

impl Run {
    /// A run without any requests yet.
    pub(super) fn new(gate: Arc<Gate>, settings: Settings, plan: Plan, stops: &Stops) -> Self {
        Self {
            gate,
            concurrency: settings.concurrency,
            policy: settings.policy,
            clock: settings.clock,
            breaker: CircuitBreaker::new(
                Circuit::new(settings.policy.retries, &plan.known),
                FirstOutcomes::new(watched_machines(&plan)),
            ),
            stops: Stops {
                gentle: stops.gentle.child_token(),
                hard: stops.hard.clone(),
            },
            tracker: Tracker::new(&plan),
            taken: AtomicUsize::new(0),
            unknown: Mutex::default(),
            postponed: PostponedMachines::default(),
            sample: plan.sample(),
            plan,
            out_of_time: AtomicBool::new(false),
            stopped_by: Mutex::new(None),
        }
    }

    /// The limiter of the calls.
    pub(super) fn limiter(&self) -> &Limiter {
        self.gate.limiter(Api::MissingKbs)
    }

    /// Takes the plan's machines one by one; each is returned to one worker only.
    pub(super) fn targets(&self) -> impl Iterator<Item = Target> {
        iter::from_fn(|| {
            let index = self.taken.fetch_add(1, Relaxed);
            self.plan.machines.get(index).copied().map(Target::new)
        })
    }

    /// Takes the machines that the service did not know in the passes so far.
    pub(super) fn take_unknown(&self) -> Vec<Target> {
        mem::take(&mut *self.unknown.lock())
    }

    /// Records the result of a request, and returns the final outcome, if there is one.
    pub(super) fn record(&self, result: TargetResult) -> Option<Outcome> {
        match result {
            TargetResult::NotFound { target, outcome } => {
                self.tracker.unknown(late_calls(target.times_unknown));
                self.unknown.lock().push(target);
                Some(outcome)
            }
            TargetResult::Done(outcome) => {
                self.tracker.done(&outcome);
                Some(outcome)
            }
            TargetResult::Postponed(target, wait) => {
                self.postpone(target, wait);
                None
            }
            TargetResult::Stopped(target) => {
                self.stopped();
                if target.is_unknown() {
                    self.tracker.unknown(0);
                }
                target.into_pending()
            }
        }
    }

    /// Postpones a machine, because the service asks to wait this long before its next call.
    fn postpone(&self, target: Target, wait: Duration) {
        if wait > MAX_FINAL_WAIT
            && let Some(failure) = &target.failure
            && self.breaker.first_outcomes.lock().postponed(failure)
        {
            self.stop(Ending::Failing(failure.clone()));
        }
        let outages = target.history.outages;
        self.postponed.add(target, wait, outages);
    }

    /// Removes and returns a postponed machine that is due; those with a long wait only if everything else is
    /// done. When the run stops, all of them are due: they are not requested again, but become outcomes.
    pub(super) fn take_due(&self, is_last: bool) -> Option<Target> {
        if self.postponed.len() == 0 {
            return None;
        }
        if self.stops.gentle.is_cancelled() {
            return self.postponed.take_any();
        }
        self.postponed.take_due(self.postponed_filter(is_last))
    }

    /// When the next postponed machine is due.
    pub(super) fn next_due(&self, is_last: bool) -> Option<Instant> {
        (self.postponed.len() > 0)
            .then(|| self.postponed.next_due(self.postponed_filter(is_last)))
            .flatten()
    }

    fn postponed_filter(&self, with_long: bool) -> PostponedFilter {
        PostponedFilter {
            with_long,
            outages: self.breaker.circuit().outages(),
        }
    }

    /// Whether many machines were postponed and none was ever answered: then these are requested again
    /// rather than others.
    pub(super) fn is_unproven(&self) -> bool {
        self.postponed.len() >= FIRST_MACHINES && !self.breaker.circuit().has_answered()
    }

    /// Waits until a postponed machine may be due.
    pub(super) async fn postponed_is_due(&self, due: Instant) {
        let outages = self.breaker.circuit().outages();
        tokio::select! {
            () = sleep_until(due) => {}
            () = self.breaker.until(|circuit| circuit.outages() > outages) => {}
            () = self.stops.gentle.cancelled() => {}
        }
    }

    /// Gives up the machines whose wait is longer than the run waits, until the next start.
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

    /// Ends the run because the sign-in failed.
    pub(super) fn sign_in_failed(&self, error: CallError) {
        self.stop(match error.class {
            Class::NoToken => Ending::NoSignIn(error.failure),
            _ => Ending::Refused(error.failure),
        });
    }

    /// Ends the run because its time limit was reached.
    pub(super) fn out_of_time(&self) {
        if !self.stops.gentle.is_cancelled() {
            self.out_of_time.store(true, Relaxed);
            self.stops.gentle.cancel();
        }
    }

    /// Fails if the run is stopping.
    pub(super) fn check_running(&self) -> Result<(), Stopped> {
        if self.stops.gentle.is_cancelled() {
            return Err(Stopped);
        }
        Ok(())
    }

    /// Waits for a future, unless the run stops first.
    pub(super) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Stopped> {
        let done = self.stops.gentle.run_until_cancelled(work).await;
        done.ok_or(Stopped)
    }

    /// Records that something was left out because the run was stopping.
    pub(super) fn stopped(&self) {
        self.stop(if self.out_of_time.load(Relaxed) {
            Ending::OutOfTime
        } else {
            Ending::Interrupted
        });
    }

    /// Ends the run; the first reason is kept.
    pub(super) fn stop(&self, ending: Ending) {
        self.stopped_by.lock().get_or_insert(ending);
        self.stops.gentle.cancel();
    }

    /// How the run ended.
    pub(super) fn ending(&self) -> Ending {
        self.stopped_by.lock().clone().unwrap_or(Ending::Finished)
    }
}

/// The number of machines that the first-outcomes check counts. If there are machines that were answered
/// before, probes of these show whether the service works, and the check is off: the rest of a fleet may
/// consist of machines that always fail.
fn watched_machines(plan: &Plan) -> usize {
    if plan.known.is_empty() {
        plan.machines_to_request()
    } else {
        0
    }
}
