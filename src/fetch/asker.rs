//! Who asks: connections of its own, and a share of the calls in flight.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use super::{
    question::{Asked, Question},
    run::Run,
};
use crate::{defender::Api, outcome::Outcome};

/// Machines under way for each call in flight: those that wait for another try take no
/// place from the others.
pub(super) const UNDER_WAY: usize = 4;

/// Asks an API for machines of a run.
#[derive(Debug)]
pub(super) struct Asker<A> {
    pub(super) api: A,
    pub(super) run: Arc<Run>,
    pub(super) slots: Arc<Semaphore>,
    /// Machines under way at once.
    width: usize,
}

impl<A: Api> Asker<A> {
    /// Somebody who asks this API, with at most so many calls in flight at once.
    pub(super) fn new(api: A, run: Arc<Run>, calls: usize) -> Self {
        Self {
            api,
            run,
            slots: Arc::new(Semaphore::new(calls)),
            width: calls.saturating_mul(UNDER_WAY),
        }
    }

    /// Asks all questions once, and returns those that the service does not know. Each outcome
    /// goes to `sink` as soon as it stands.
    pub(super) async fn pass(
        &self,
        questions: impl IntoIterator<Item = Question>,
        sink: &mut impl FnMut(Outcome),
    ) -> Vec<Question> {
        let mut unknown = Vec::new();
        let mut asked = stream::iter(questions)
            .map(|question| self.start(question))
            .buffer_unordered(self.width);
        while let Some(asked) = asked.next().await {
            let outcome = match asked {
                Asked::NotFound { question, standing } => {
                    self.run.unknown(&question);
                    unknown.push(question);
                    Some(standing)
                }
                Asked::Done(outcome) => {
                    self.run.take_in(&outcome);
                    Some(outcome)
                }
                Asked::Stopped(question) => self.run.left_out(question),
            };
            outcome.into_iter().for_each(&mut *sink);
        }
        unknown
    }

    async fn start(&self, question: Question) -> Asked {
        self.run.tracker.started();
        self.ask(question).await
    }
}
