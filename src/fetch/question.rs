//! One machine on its way through the asking.

use crate::{
    machine::MachineId,
    outcome::{Answer, Failure, Outcome, Reason},
};

/// A machine to ask for, and what is known of it so far.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) machine: MachineId,
    /// Calls that were sent for it.
    pub(super) attempts: u32,
    /// Why the last of them brought nothing.
    pub(super) failure: Option<Failure>,
}

/// What came of a question.
#[derive(Debug)]
pub(super) enum Asked {
    /// An answer, or a failure that stands.
    Done(Outcome),
    /// The service does not know the machine now; it may later.
    NotFound(Question),
    /// The run stopped before there was an answer.
    Stopped(Question),
}

impl Question {
    pub(super) fn new(machine: MachineId) -> Self {
        Self {
            machine,
            attempts: 0,
            failure: None,
        }
    }

    pub(super) fn answered(self, answer: Answer) -> Asked {
        Asked::Done(self.with(Ok(answer)))
    }

    pub(super) fn failed(self, failure: Failure) -> Asked {
        Asked::Done(self.with(Err(failure)))
    }

    pub(super) fn not_found(mut self, failure: Failure) -> Asked {
        self.failure = Some(failure);
        Asked::NotFound(self)
    }

    /// What is known when nothing more is asked: that the service does not know the
    /// machine, or that it is pending after a failure; nothing when no call was sent.
    pub(super) fn into_standing(mut self) -> Option<Outcome> {
        if self.attempts == 0 {
            return None;
        }
        let failure = match self.failure.take() {
            Some(failure) if failure.reason == Reason::NotFound => failure,
            Some(failure) => Failure {
                reason: Reason::Pending,
                message: format!(
                    "stopped before another try; the last one: {}",
                    failure.message
                ),
                ..failure
            },
            None => Failure {
                reason: Reason::Pending,
                http_status: None,
                code: None,
                message: "stopped before the answer had arrived".to_owned(),
                correlation_id: None,
            },
        };
        Some(self.with(Err(failure)))
    }

    fn with(self, result: Result<Answer, Failure>) -> Outcome {
        Outcome {
            machine: self.machine,
            attempts: self.attempts,
            result,
        }
    }
}
