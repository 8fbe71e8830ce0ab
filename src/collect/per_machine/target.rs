//! One machine and the state of its request.

use std::time::Duration;

use super::{breaker::CallHistory, plan::Unknown};
use crate::domain::{
    answer::Answer,
    machine::MachineId,
    outcome::{Failure, Outcome, Reason},
    text::span,
};

/// A machine to request, and its state so far.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) machine: MachineId,
    /// The number of calls sent for it.
    pub(super) attempts: u32,
    /// The number of times the service did not know it.
    pub(super) times_unknown: u32,
    /// Why the last call failed.
    pub(super) failure: Option<Failure>,
    /// The attempts of the current call.
    pub(super) history: CallHistory,
}

/// The result of a request for a machine.
#[derive(Debug)]
pub(super) enum TargetResult {
    /// An answer or a final failure.
    Done(Outcome),
    /// The service does not know the machine now; it may later.
    NotFound {
        target: Target,
        /// The outcome unless the machine is requested again.
        outcome: Outcome,
    },
    /// The service asks to wait this long before the next call for the machine.
    Postponed(Target, Duration),
    /// The run stopped before there was an answer.
    Stopped(Target),
}

impl Target {
    pub(super) fn new(machine: MachineId) -> Self {
        Self {
            machine,
            attempts: 0,
            times_unknown: 0,
            failure: None,
            history: CallHistory::default(),
        }
    }

    /// A machine that the service did not know earlier in this run.
    pub(super) fn unknown(earlier: Unknown) -> Self {
        Self {
            machine: earlier.machine,
            attempts: earlier.attempts,
            times_unknown: earlier.times,
            failure: Some(not_known_earlier()),
            history: CallHistory::default(),
        }
    }

    pub(super) fn answered(self, answer: Answer) -> TargetResult {
        TargetResult::Done(self.outcome(Ok(answer)))
    }

    pub(super) fn failed(self, failure: Failure) -> TargetResult {
        TargetResult::Done(self.outcome(Err(failure)))
    }

    pub(super) fn not_found(mut self, failure: Failure) -> TargetResult {
        self.times_unknown += 1;
        self.failure = Some(failure.clone());
        TargetResult::NotFound {
            outcome: self.outcome(Err(failure)),
            target: self,
        }
    }

    /// Whether the last known result is that the service does not know the machine.
    pub(super) fn is_unknown(&self) -> bool {
        let last = self.failure.as_ref();
        last.is_some_and(|failure| failure.reason == Reason::NotFound)
    }

    /// The outcome of a machine that must not be requested for another `left`: the next start requests it.
    pub(super) fn given_up(self, left: Duration) -> Outcome {
        let last = self.failure.as_ref();
        let message = format!(
            "the service asked for a longer wait than this run allows (another {}), so the next \
             run retries; last reply: {}",
            span(left),
            last.map_or("", |failure| &failure.message)
        );
        self.pending(message)
    }

    /// The outcome when no more calls are sent: pending, after a failure or before an answer. `None` if no
    /// call was sent, or if the service did not know the machine: that outcome has already been recorded.
    pub(super) fn into_pending(self) -> Option<Outcome> {
        if self.attempts == 0 || self.is_unknown() {
            return None;
        }
        let message = match &self.failure {
            Some(last) => format!("stopped before another attempt; last one: {}", last.message),
            None => "stopped before the answer arrived".to_owned(),
        };
        Some(self.pending(message))
    }

    fn pending(mut self, message: String) -> Outcome {
        let failure = match self.failure.take() {
            Some(last) => Failure {
                reason: Reason::Pending,
                message,
                ..last
            },
            None => Failure::new(Reason::Pending, message),
        };
        self.outcome(Err(failure))
    }

    fn outcome(&self, result: Result<Answer, Failure>) -> Outcome {
        Outcome {
            machine: self.machine,
            attempts: self.attempts,
            times_unknown: self.times_unknown,
            result,
        }
    }
}

fn not_known_earlier() -> Failure {
    let message = "the machine was unknown to the service earlier in this run";
    Failure {
        http_status: Some(404),
        ..Failure::new(Reason::NotFound, message)
    }
}
