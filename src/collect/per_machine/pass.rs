//! One pass of a worker over its machines: many concurrently, with postponed ones as they become due.

use std::{
    iter::Peekable,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use futures::{Stream, StreamExt, stream};
use tokio::{sync::Notify, time::Instant};

use super::{
    attempts::Request,
    caller::Caller,
    probe::check_others,
    run::Run,
    target::{Target, TargetResult},
};
use crate::{
    defender::MissingKbsApi,
    domain::outcome::{Failure, Outcome},
};

/// A pass in progress.
#[derive(Debug)]
pub(super) struct WorkerPass<'a, A> {
    caller: &'a Caller<A>,
    run: &'a Run,
    /// In the last pass, which only waits for postponed machines: how long it waits.
    deadline: Option<Instant>,
    in_progress: InProgress,
}

impl<'a, A: MissingKbsApi> WorkerPass<'a, A> {
    pub(super) fn new(caller: &'a Caller<A>, deadline: Option<Instant>) -> Self {
        Self {
            caller,
            run: &caller.run,
            deadline,
            in_progress: InProgress::default(),
        }
    }

    /// Requests each of the targets, many concurrently. Each outcome goes to `sink` as soon as it is final;
    /// machines that the service does not know are also recorded in the run.
    pub(super) async fn run(
        &self,
        targets: impl IntoIterator<Item = Target>,
        at_once: usize,
        sink: &mut impl FnMut(Outcome),
    ) {
        let results = self
            .machines(targets)
            .map(|target| self.request(target))
            .buffer_unordered(at_once);
        let mut results = pin!(results);
        while let Some(result) = results.next().await {
            self.in_progress.remove();
            self.run.record(result).into_iter().for_each(&mut *sink);
        }
    }

    /// The machines of the pass, each emitted when it may be requested. The stream ends when no machine is
    /// left and none in progress can still be postponed.
    fn machines(&self, targets: impl IntoIterator<Item = Target>) -> impl Stream<Item = Target> {
        let targets = targets.into_iter().peekable();
        stream::unfold(targets, async |mut targets| {
            let target = self.wait_for_next(&mut targets).await?;
            self.in_progress.add();
            Some((target, targets))
        })
    }

    async fn wait_for_next(
        &self,
        targets: &mut Peekable<impl Iterator<Item = Target>>,
    ) -> Option<Target> {
        loop {
            if let Some(target) = self.next(targets) {
                return Some(target);
            }
            match self.due(targets.peek().is_some()) {
                Some(due) => tokio::select! {
                    () = self.run.postponed_is_due(due) => {}
                    () = self.in_progress.removed() => {}
                },
                None if self.in_progress.is_empty() => return None,
                None => self.in_progress.removed().await,
            }
        }
    }

    /// The next machine to request; `None` if the pass has to wait for one. Postponed machines that
    /// are due come first.
    fn next(&self, targets: &mut impl Iterator<Item = Target>) -> Option<Target> {
        let due = self.run.take_due(self.deadline.is_some());
        due.or_else(|| {
            let takes_next = !self.run.is_unproven() || self.run.check_running().is_err();
            takes_next.then(|| targets.next()).flatten()
        })
    }

    /// When the next postponed machine is due, if this pass waits for it. A pass with a deadline
    /// does so if the machine is due by then; any other pass, while it has other machines left.
    fn due(&self, has_more: bool) -> Option<Instant> {
        let due = self.run.next_due(self.deadline.is_some())?;
        let in_time = self.deadline.map_or(has_more, |deadline| due <= deadline);
        in_time.then_some(due)
    }

    async fn request(&self, target: Target) -> TargetResult {
        if target.attempts == 0 {
            self.run.tracker.started();
        }
        let result = Request::new(self.caller, target).send().await;
        if let Some(failure) = self.first_failure(&result) {
            Box::pin(check_others(self.caller, failure)).await;
        }
        result
    }

    /// Records the result of a request. Returns the failure once the first machines have all failed in the
    /// same way.
    fn first_failure(&self, result: &TargetResult) -> Option<Failure> {
        let mut first_outcomes = self.run.breaker.first_outcomes.lock();
        match result {
            TargetResult::Done(outcome) => first_outcomes.record(outcome).cloned(),
            // The service works: it replied.
            TargetResult::NotFound { .. } => {
                first_outcomes.sign_of_life();
                None
            }
            TargetResult::Postponed(..) | TargetResult::Stopped(_) => None,
        }
    }
}

/// The number of machines of a pass in progress.
#[derive(Debug, Default)]
struct InProgress {
    count: AtomicUsize,
    removed: Notify,
}

impl InProgress {
    fn add(&self) {
        self.count.fetch_add(1, Relaxed);
    }

    fn remove(&self) {
        self.count.fetch_sub(1, Relaxed);
        self.removed.notify_one();
    }

    fn is_empty(&self) -> bool {
        self.count.load(Relaxed) == 0
    }

    /// Waits until a machine has been removed.
    async fn removed(&self) {
        self.removed.notified().await;
    }
}
