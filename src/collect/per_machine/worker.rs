//! Workers: each has its own connections and a share of the calls in flight.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{caller::Caller, pass::WorkerPass, run::Run, target::Target};
use crate::{
    defender::MissingKbsApi,
    domain::{outcome::Outcome, requests::Requests},
};

/// Machines in progress per call in flight: those that wait for another attempt do not block
/// others.
const MACHINES_PER_CALL: usize = 4;
/// Minimum number of machines in progress, even with few calls in flight: this many may have to wait until it
/// is clear whether the service itself replies.
const MIN_IN_PROGRESS: usize = 24;

/// The number of machines in progress for this number of calls in flight.
pub(super) fn in_progress(calls: usize) -> usize {
    calls.saturating_mul(MACHINES_PER_CALL).max(MIN_IN_PROGRESS)
}

/// Collects answers for machines of a run from an API. A run may have several workers, each with its own
/// connections and thread.
#[derive(Debug)]
pub struct Worker<A> {
    pub(super) caller: Caller<A>,
    /// The number of machines in progress at the same time.
    width: usize,
    /// Call slots borrowed from another worker, which are returned to it on drop.
    _borrowed_slots: Option<OwnedSemaphorePermit>,
}

impl<A: MissingKbsApi> Worker<A> {
    /// A worker that calls this API, with at most `calls` in flight.
    pub(super) fn new(api: A, run: Arc<Run>, calls: usize) -> Self {
        Self {
            caller: Caller {
                api,
                run,
                slots: Arc::new(Semaphore::new(calls)),
            },
            width: in_progress(calls),
            _borrowed_slots: None,
        }
    }

    /// Another worker of the run, which borrows `calls` of this one's call slots for its lifetime,
    /// or as many as are free.
    pub(super) fn another(&self, api: A, calls: usize) -> Self {
        let slots = &self.caller.slots;
        let calls = calls.min(slots.available_permits());
        let borrowed = u32::try_from(calls).ok();
        let borrowed =
            borrowed.and_then(|calls| Arc::clone(slots).try_acquire_many_owned(calls).ok());
        Self {
            _borrowed_slots: borrowed,
            ..Self::new(api, Arc::clone(&self.caller.run), calls)
        }
    }

    /// Collects until every machine has been taken, by this worker or another one. Each outcome
    /// goes to `sink` as soon as it is final.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) {
        self.pass(self.caller.run.targets(), None, &mut sink).await;
    }

    /// The number of calls to the service so far, by all workers.
    pub fn requests(&self) -> Requests {
        self.caller.run.tracker.requests()
    }

    /// Requests each of these machines. The last pass waits for postponed ones until `deadline`.
    pub(super) async fn pass(
        &self,
        targets: impl IntoIterator<Item = Target>,
        deadline: Option<Instant>,
        sink: &mut impl FnMut(Outcome),
    ) {
        let pass = WorkerPass::new(&self.caller, deadline);
        pass.run(targets, self.width, sink).await;
    }
}
