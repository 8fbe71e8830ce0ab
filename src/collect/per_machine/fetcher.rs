//! The whole fleet: every machine asked, those that the service does not know asked again
//! late, and the run stopped when going on makes no sense.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::{info, warn};

use super::{
    estimate::too_many,
    forecast,
    plan::{LATE_PASSES, Plan, late_calls},
    postponed::PATIENCE,
    run::Run,
    settings::{Settings, Stops},
    target::Target,
    worker::Worker,
};
use crate::{
    collect::{Progress, Requests},
    defender::MissingKbsApi,
    domain::{ending::Ending, outcome::Outcome},
    quota::Gate,
};

/// Asks an API for a fleet of machines.
#[derive(Debug)]
pub struct Fetcher<A> {
    run: Arc<Run>,
    worker: Worker<A>,
}

impl<A: MissingKbsApi> Fetcher<A> {
    /// A fetcher for what is planned, told to stop by `stops`.
    pub fn new(api: A, gate: Arc<Gate>, settings: Settings, plan: Plan, stops: &Stops) -> Self {
        let run = Arc::new(Run::new(gate, settings, plan, stops));
        Self {
            worker: Worker::new(api, Arc::clone(&run), settings.concurrency),
            run,
        }
    }

    /// The API that is asked.
    pub fn api(&self) -> &A {
        &self.worker.caller.api
    }

    /// Machines to be asked for.
    pub fn to_ask(&self) -> u64 {
        self.run.plan.to_ask() as u64
    }

    /// Whether limits or a pace make calls wait.
    pub fn is_held_up(&self) -> bool {
        self.run.limiter().is_scarce()
    }

    /// Another worker, with so many of the calls in flight. It is to run while the fetcher does, on
    /// another thread.
    pub fn another_worker(&self, api: A, calls: usize) -> Worker<A> {
        self.worker.another(api, calls)
    }

    /// Asks for every machine. Each outcome goes to `sink` as soon as it stands; machines
    /// without one were not asked for. That the service does not know a machine is reported
    /// each time: of several outcomes the last one counts.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) -> Ending {
        self.worker.run(&mut sink).await;
        self.others_are_gone().await;
        let mut unknown = self.run.take_unknown();
        let earlier = self.run.plan.unknown.iter().copied();
        unknown.extend(earlier.map(Target::unknown));
        self.late_passes(unknown, &mut sink).await;
        self.wait_for_postponed(&mut sink).await;
        self.run.ending()
    }

    /// Asks again for machines that the service did not know, unless they are too many.
    async fn late_passes(&self, mut unknown: Vec<Target>, sink: &mut impl FnMut(Outcome)) {
        let plan = &self.run.plan;
        if too_many(unknown.len() as u64, plan.len()) {
            warn!(
                "{} of {} machines are not known to the service: is this the right list, \
                 the right tenant? They are not asked for again",
                unknown.len(),
                plan.len()
            );
            return;
        }
        for pass in 1..=LATE_PASSES {
            self.run.tracker.late_pass(pass);
            // Whoever had this pass in an earlier process waits for the next.
            let (now, later) = unknown
                .into_iter()
                .partition(|target| target.times_unknown <= pass);
            unknown = later;
            unknown.extend(self.late_pass(now, sink).await);
        }
    }

    /// Asks for the machines that were postponed, when everything else is done. The run waits
    /// ten minutes for those alone; what the service wants to be left alone with for longer, the
    /// next start asks for.
    async fn wait_for_postponed(&self, sink: &mut impl FnMut(Outcome)) {
        if self.run.postponed.len() == 0 {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        self.worker.pass([], Some(deadline), sink).await;
        let mut unknown = self.run.take_unknown();
        for _ in 0..LATE_PASSES {
            unknown = self.late_pass(unknown, sink).await;
        }
        self.run.give_up_postponed().into_iter().for_each(sink);
    }

    /// Waits until the other workers have given back their share of the slots.
    async fn others_are_gone(&self) {
        let all = u32::try_from(self.run.concurrency).unwrap_or(u32::MAX);
        // It fails where the slots are closed, and they never are.
        let _ = self.worker.caller.slots.acquire_many(all).await;
    }

    async fn late_pass(&self, unknown: Vec<Target>, sink: &mut impl FnMut(Outcome)) -> Vec<Target> {
        if unknown.is_empty() {
            return unknown;
        }
        if self.run.stops.gentle.is_cancelled() {
            self.run.stopped();
            return unknown;
        }
        info!(
            "asking again for {} machines that the service did not know",
            unknown.len()
        );
        let calls = unknown
            .iter()
            .map(|target| late_calls(target.times_unknown));
        let machines = unknown.len() as u64;
        self.run.tracker.again(machines, calls.sum());
        self.worker.pass(unknown, None, sink).await;
        self.run.take_unknown()
    }

    /// Ends the run because a call cannot be noted, or an answer not kept.
    pub fn store_failed(&self) {
        self.run.stop(Ending::StoreFailed);
    }

    /// Ends the asking because the time for it is over: no new call; those in flight end by
    /// themselves. Changes nothing about a run that was told to stop before.
    pub fn out_of_time(&self) {
        self.run.out_of_time();
    }

    /// Calls to the service so far.
    pub fn requests(&self) -> Requests {
        self.run.tracker.requests()
    }

    /// Where the run stands, and when it will have ended.
    pub fn progress(&self) -> Progress {
        forecast::progress(&self.run)
    }
}
