//! Requests every machine of a fleet, requests unknown ones again late in the run, and stops the run when
//! continuing is pointless.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::{info, warn};

use super::{
    estimate::too_many,
    forecast,
    plan::{LATE_PASSES, Plan, late_calls},
    postponed::MAX_FINAL_WAIT,
    run::Run,
    settings::{Settings, Stops},
    target::Target,
    worker::Worker,
};
use crate::{
    collect::Progress,
    defender::MissingKbsApi,
    domain::{ending::Ending, outcome::Outcome, requests::Requests},
    quota::Gate,
};

/// Requests a fleet of machines from an API.
#[derive(Debug)]
pub struct Fetcher<A> {
    run: Arc<Run>,
    worker: Worker<A>,
}

impl<A: MissingKbsApi> Fetcher<A> {
    /// A fetcher for this plan, stopped by `stops`.
    pub fn new(api: A, gate: Arc<Gate>, settings: Settings, plan: Plan, stops: &Stops) -> Self {
        let run = Arc::new(Run::new(gate, settings, plan, stops));
        Self {
            worker: Worker::new(api, Arc::clone(&run), settings.concurrency),
            run,
        }
    }

    /// The API that is called.
    pub fn api(&self) -> &A {
        &self.worker.caller.api
    }

    /// The number of machines to request.
    pub fn machines_to_request(&self) -> u64 {
        self.run.plan.machines_to_request() as u64
    }

    /// Whether limits or a pace delay calls.
    pub fn is_rate_limited(&self) -> bool {
        self.run.limiter().is_scarce()
    }

    /// Another worker, with a share of the calls in flight. It must run while the fetcher does, on
    /// another thread.
    pub fn another_worker(&self, api: A, calls: usize) -> Worker<A> {
        self.worker.another(api, calls)
    }

    /// Requests every machine. Each outcome goes to `sink` as soon as it is final; machines without an
    /// outcome were not requested. A machine that the service does not know is reported after each request:
    /// its last outcome counts.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) -> Ending {
        self.worker.run(&mut sink).await;
        self.wait_for_other_workers().await;
        let mut unknown = self.run.take_unknown();
        let earlier = self.run.plan.unknown.iter().copied();
        unknown.extend(earlier.map(Target::unknown));
        self.run_late_passes(unknown, &mut sink).await;
        self.wait_for_postponed(&mut sink).await;
        self.run.ending()
    }

    /// Requests the machines again that the service did not know, unless there are too many of them.
    async fn run_late_passes(&self, mut unknown: Vec<Target>, sink: &mut impl FnMut(Outcome)) {
        let plan = &self.run.plan;
        if too_many(unknown.len() as u64, plan.len()) {
            warn!(
                "{} of {} machines are unknown to the service and are not retried: check the \
                 list and the tenant",
                unknown.len(),
                plan.len()
            );
            return;
        }
        for pass in 1..=LATE_PASSES {
            self.run.tracker.begin_late_pass(pass);
            // A machine that had this pass in an earlier process waits for the next one.
            let (now, later) = unknown
                .into_iter()
                .partition(|target| target.times_unknown <= pass);
            unknown = later;
            unknown.extend(self.run_late_pass(now, sink).await);
        }
    }

    /// Requests the postponed machines when everything else is done. The run waits up to ten minutes for
    /// them; machines with a longer wait are left to the next start.
    async fn wait_for_postponed(&self, sink: &mut impl FnMut(Outcome)) {
        if self.run.postponed.len() == 0 {
            return;
        }
        let deadline = Instant::now() + MAX_FINAL_WAIT;
        self.worker.pass([], Some(deadline), sink).await;
        let mut unknown = self.run.take_unknown();
        for _ in 0..LATE_PASSES {
            unknown = self.run_late_pass(unknown, sink).await;
        }
        self.run.give_up_postponed().into_iter().for_each(sink);
    }

    /// Waits until the other workers have returned their share of the slots.
    async fn wait_for_other_workers(&self) {
        let all = u32::try_from(self.run.concurrency).unwrap_or(u32::MAX);
        // Fails only if the slots are closed, which never happens.
        let _ = self.worker.caller.slots.acquire_many(all).await;
    }

    async fn run_late_pass(
        &self,
        unknown: Vec<Target>,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Target> {
        if unknown.is_empty() {
            return unknown;
        }
        if self.run.stops.gentle.is_cancelled() {
            self.run.stopped();
            return unknown;
        }
        info!(
            "Retrying {} machines that were unknown to the service",
            unknown.len()
        );
        let calls = unknown
            .iter()
            .map(|target| late_calls(target.times_unknown));
        let machines = unknown.len() as u64;
        self.run.tracker.retry_unknown(machines, calls.sum());
        self.worker.pass(unknown, None, sink).await;
        self.run.take_unknown()
    }

    /// Ends the run because a call cannot be recorded, or an answer not stored.
    pub fn store_failed(&self) {
        self.run.stop(Ending::StoreFailed);
    }

    /// Ends the run because its time limit was reached: no new calls; those in flight are completed. Has no
    /// effect on a run that has already been stopped.
    pub fn out_of_time(&self) {
        self.run.out_of_time();
    }

    /// The number of calls to the service so far.
    pub fn requests(&self) -> Requests {
        self.run.tracker.requests()
    }

    /// The progress of the run, with its expected end.
    pub fn progress(&self) -> Progress {
        forecast::progress(&self.run)
    }
}
