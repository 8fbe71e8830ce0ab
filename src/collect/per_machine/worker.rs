//! Workers: each has connections of its own and a share of the calls in flight.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{caller::Caller, pass::Pass, run::Run, target::Target};
use crate::{collect::Requests, defender::MissingKbsApi, domain::outcome::Outcome};

/// Machines under way for each call in flight: those that wait for another try take no
/// place from the others.
const UNDER_WAY: usize = 4;
/// Machines under way however few calls are in flight: so many may have to wait until it is clear
/// whether it is the service that answers.
const FEWEST: usize = 24;

/// Machines under way with so many calls in flight.
pub(super) fn under_way(calls: usize) -> usize {
    calls.saturating_mul(UNDER_WAY).max(FEWEST)
}

/// Collects from an API what there is about machines of a run. All workers of a run are alike, each
/// with connections and a thread of its own.
#[derive(Debug)]
pub struct Worker<A> {
    pub(super) caller: Caller<A>,
    /// Machines under way at once.
    width: usize,
    /// Call slots of another worker, which gets them back when this one is gone.
    _lent: Option<OwnedSemaphorePermit>,
}

impl<A: MissingKbsApi> Worker<A> {
    /// A worker that calls this API, with at most so many calls in flight at once.
    pub(super) fn new(api: A, run: Arc<Run>, calls: usize) -> Self {
        Self {
            caller: Caller {
                api,
                run,
                slots: Arc::new(Semaphore::new(calls)),
            },
            width: under_way(calls),
            _lent: None,
        }
    }

    /// Another worker of the run, with so many of this one's call slots as long as it lives; with
    /// as many as are free where they are fewer.
    pub(super) fn another(&self, api: A, calls: usize) -> Self {
        let slots = &self.caller.slots;
        let calls = calls.min(slots.available_permits());
        let lent = u32::try_from(calls).ok();
        let lent = lent.and_then(|calls| Arc::clone(slots).try_acquire_many_owned(calls).ok());
        Self {
            _lent: lent,
            ..Self::new(api, Arc::clone(&self.caller.run), calls)
        }
    }

    /// Collects until every machine has been taken, by this worker or another one. Each outcome goes
    /// to `sink` as soon as it stands.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) {
        self.pass(self.caller.run.targets(), None, &mut sink).await;
    }

    /// Calls to the service so far, whoever sent them.
    pub fn requests(&self) -> Requests {
        self.caller.run.tracker.requests()
    }

    /// Sends a request for each of these machines. In the last pass, it waits for postponed ones
    /// until `deadline`.
    pub(super) async fn pass(
        &self,
        targets: impl IntoIterator<Item = Target>,
        deadline: Option<Instant>,
        sink: &mut impl FnMut(Outcome),
    ) {
        let pass = Pass::new(&self.caller, deadline);
        pass.run(targets, self.width, sink).await;
    }
}
