//! Who asks beside the fetcher, on a thread of its own: where no quota holds calls up, what
//! one thread can do does.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{run::Run, worker::Worker};
use crate::{collect::Requests, defender::Api, domain::outcome::Outcome};

/// Asks for those machines of a fetcher's plan that nobody has taken yet. It has a share of the
/// calls in flight, which the fetcher gets back when the helper is dropped.
#[derive(Debug)]
pub struct Helper<A> {
    worker: Worker<A>,
    share: usize,
    fetchers: Arc<Semaphore>,
}

impl<A: Api> Helper<A> {
    /// Somebody who asks this API, with so many of the fetcher's slots.
    pub(super) fn new(api: A, run: &Arc<Run>, share: usize, fetchers: &Arc<Semaphore>) -> Self {
        let share = fetchers.forget_permits(share);
        Self {
            worker: Worker::new(api, Arc::clone(run), share),
            share,
            fetchers: Arc::clone(fetchers),
        }
    }

    /// Asks until every machine is taken. Each outcome goes to `sink` as soon as it stands.
    pub async fn run(&self, mut sink: impl FnMut(Outcome)) {
        let run = &self.worker.run;
        let unknown = self.worker.pass(run.targets(), &mut sink).await;
        run.leave(unknown);
    }

    /// Calls to the service so far, whoever sent them.
    pub fn requests(&self) -> Requests {
        self.worker.run.tracker.requests()
    }
}

impl<A> Drop for Helper<A> {
    fn drop(&mut self) {
        self.fetchers.add_permits(self.share);
    }
}
