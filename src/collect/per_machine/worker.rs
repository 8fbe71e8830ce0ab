//! Who asks: connections of its own, and a share of the calls in flight.

use std::{
    iter::Peekable,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};

use super::{
    run::Run,
    target::{Target, TargetResult},
};
use crate::{defender::Api, domain::outcome::Outcome};

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

/// Asks an API for machines of a run.
#[derive(Debug)]
pub(super) struct Worker<A> {
    pub(super) api: A,
    pub(super) run: Arc<Run>,
    pub(super) slots: Arc<Semaphore>,
    /// Machines under way at once.
    width: usize,
}

impl<A: Api> Worker<A> {
    /// Somebody who asks this API, with at most so many calls in flight at once.
    pub(super) fn new(api: A, run: Arc<Run>, calls: usize) -> Self {
        Self {
            api,
            run,
            slots: Arc::new(Semaphore::new(calls)),
            width: under_way(calls),
        }
    }

    /// Asks all targets once, and returns those that the service does not know. Each outcome
    /// goes to `sink` as soon as it stands. Postponed machines that are due meanwhile come first.
    pub(super) async fn pass(
        &self,
        targets: impl IntoIterator<Item = Target>,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Target> {
        self.pass_waiting(targets, None, sink).await
    }

    /// The same for the postponed machines alone: waits for those that are due by `deadline`.
    pub(super) async fn pass_postponed(
        &self,
        deadline: Instant,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Target> {
        self.pass_waiting([], Some(deadline), sink).await
    }

    async fn pass_waiting(
        &self,
        targets: impl IntoIterator<Item = Target>,
        deadline: Option<Instant>,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Target> {
        let mut unknown = Vec::new();
        let in_progress = InProgress::default();
        let machines = self.machines(targets, deadline, &in_progress);
        let mut results = pin!(
            machines
                .map(|target| self.start(target))
                .buffer_unordered(self.width)
        );
        while let Some(asked) = results.next().await {
            in_progress.remove();
            let outcome = self.take_in(asked, &mut unknown);
            outcome.into_iter().for_each(&mut *sink);
        }
        unknown
    }

    /// The machines of a pass, each when it may be asked for. The stream ends when none is left
    /// and none in progress can be postponed any more.
    fn machines(
        &self,
        targets: impl IntoIterator<Item = Target>,
        deadline: Option<Instant>,
        in_progress: &InProgress,
    ) -> impl Stream<Item = Target> {
        let targets = targets.into_iter().peekable();
        stream::unfold(targets, move |mut targets| async move {
            let next = self.wait_for_next(&mut targets, deadline, in_progress);
            let target = next.await?;
            in_progress.add();
            Some((target, targets))
        })
    }

    async fn wait_for_next(
        &self,
        targets: &mut Peekable<impl Iterator<Item = Target>>,
        deadline: Option<Instant>,
        in_progress: &InProgress,
    ) -> Option<Target> {
        loop {
            if let Some(target) = self.next(targets, deadline) {
                return Some(target);
            }
            match self.due(targets.peek().is_some(), deadline) {
                Some(due) => tokio::select! {
                    () = self.run.postponed_is_due(due) => {}
                    () = in_progress.removed() => {}
                },
                None if in_progress.is_empty() => return None,
                None => in_progress.removed().await,
            }
        }
    }

    /// What stands of a machine that was asked for.
    fn take_in(&self, asked: TargetResult, unknown: &mut Vec<Target>) -> Option<Outcome> {
        match asked {
            TargetResult::NotFound { target, standing } => {
                self.run.unknown(&target);
                unknown.push(target);
                Some(standing)
            }
            TargetResult::Done(outcome) => {
                self.run.take_in(&outcome);
                Some(outcome)
            }
            TargetResult::Postponed(target, wait) => {
                self.run.postpone(target, wait);
                None
            }
            TargetResult::Stopped(target) => self.run.left_out(target),
        }
    }

    /// The next machine to ask for, unless one has to be waited for.
    fn next(
        &self,
        targets: &mut Peekable<impl Iterator<Item = Target>>,
        deadline: Option<Instant>,
    ) -> Option<Target> {
        let due = self.run.take_due(deadline.is_some());
        due.or_else(|| {
            let may_go_on = !self.run.is_unproven() || self.run.stops.gentle.is_cancelled();
            may_go_on.then(|| targets.next()).flatten()
        })
    }

    /// When a postponed machine is due that this pass waits for. While there are other
    /// machines, it does so only where it can; else only for its end.
    fn due(&self, has_more: bool, deadline: Option<Instant>) -> Option<Instant> {
        let due = self.run.next_due(deadline.is_some())?;
        let in_time = deadline.map_or(has_more, |deadline| due <= deadline);
        in_time.then_some(due)
    }

    async fn start(&self, target: Target) -> TargetResult {
        if target.attempts == 0 {
            self.run.tracker.started();
        }
        let asked = self.ask(target).await;
        let failure = match &asked {
            TargetResult::Done(outcome) => self.run.watch(outcome),
            // The service works, and says so.
            TargetResult::NotFound { .. } => {
                self.run.works();
                None
            }
            TargetResult::Postponed(..) | TargetResult::Stopped(_) => None,
        };
        if let Some(failure) = failure {
            Box::pin(self.check_others(failure)).await;
        }
        asked
    }
}

/// How many machines of a pass are in progress.
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

    /// Waits until one has left.
    async fn removed(&self) {
        self.removed.notified().await;
    }
}
