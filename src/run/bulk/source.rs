//! The answers of a bulk source, and the outcome that follows for each machine.

use std::collections::HashSet;

use crate::{
    domain::{
        answer::{Answer, Source},
        bulk::BulkReading,
        machine::MachineId,
        outcome::{Failure, Outcome, Reason},
        requests::Requests,
        vulnerabilities::{BulkAnswers, InBulk},
    },
    store::{MachineAtStart, MachineState},
};

/// The answers of a bulk source.
pub(in crate::run) struct BulkSource {
    pub(in crate::run) reading: BulkReading,
    /// The calls sent for it.
    pub(in crate::run) requests: Requests,
    pub(in crate::run) answers: BulkAnswers,
    /// Machines that the service has current data about: without a row they are fully patched.
    pub(in crate::run) known: HashSet<MachineId>,
}

/// The machines that have no answer in this run yet.
pub(in crate::run) fn unanswered(machines: &[MachineAtStart]) -> impl Iterator<Item = MachineId> {
    let unanswered = machines
        .iter()
        .filter(|it| it.state != MachineState::Answered);
    unanswered.map(|it| it.machine)
}

impl BulkSource {
    /// The outcome for each machine that has no answer yet.
    pub(in crate::run) fn outcomes<'source>(
        &'source self,
        machines: &'source [MachineAtStart],
    ) -> impl Iterator<Item = Outcome> + 'source {
        unanswered(machines).map(|machine| Outcome {
            machine,
            attempts: 0,
            times_unknown: 0,
            result: self.result(machine),
        })
    }

    fn result(&self, machine: MachineId) -> Result<Answer, Failure> {
        let BulkReading {
            source,
            generated_at,
            ..
        } = self.reading;
        match self.answers.lookup(machine, &self.known) {
            InBulk::Answer(missing) => Ok(Answer::new(source, generated_at, missing)),
            InBulk::NotOnboarded => Err(self.not_found("has it as not onboarded")),
            InBulk::Absent => Err(self.not_found("does not have it")),
        }
    }

    fn not_found(&self, what: &str) -> Failure {
        let BulkReading {
            source,
            generated_at,
            ..
        } = self.reading;
        let source = match source {
            Source::Hunting => "answer to hunting queries",
            _ => "export",
        };
        let message = format!("the {source} of {generated_at:.0} {what}");
        Failure::new(Reason::NotInExport, message)
    }
}
