//! The answers of a source that has all machines at once, and what becomes of each machine by it.

use std::collections::HashSet;

use crate::{
    collect::Requests,
    domain::{
        answer::{Answer, Source},
        bulk::BulkRun,
        kb::MissingKbs,
        machine::MachineId,
        outcome::{Failure, Outcome, Reason},
        vulnerabilities::BulkAnswers,
    },
    store::{MachineProgress, MachineState},
};

/// The answers of a source that has all machines at once.
pub(super) struct BulkSource {
    pub(super) run: BulkRun,
    /// The calls that it took.
    pub(super) requests: Requests,
    pub(super) answers: BulkAnswers,
    /// Machines that the service knows well enough to have listed what they miss: without a row they
    /// miss nothing.
    pub(super) known: HashSet<MachineId>,
}

/// The machines that have no answer in this run yet.
pub(super) fn unanswered(machines: &[MachineProgress]) -> impl Iterator<Item = MachineId> {
    let unanswered = machines
        .iter()
        .filter(|it| it.state != MachineState::Answered);
    unanswered.map(|it| it.machine)
}

impl BulkSource {
    /// The outcome for each machine that has no answer yet.
    pub(super) fn outcomes<'source>(
        &'source self,
        machines: &'source [MachineProgress],
    ) -> impl Iterator<Item = Outcome> + 'source {
        unanswered(machines).map(|machine| Outcome {
            machine,
            attempts: 0,
            times_unknown: 0,
            result: self.result(machine),
        })
    }

    fn result(&self, machine: MachineId) -> Result<Answer, Failure> {
        let answer = |missing| Answer::new(self.run.source, self.run.generated_at, missing);
        if let Some(missing) = self.answers.of(machine) {
            return Ok(answer(missing.clone()));
        }
        if self.answers.is_not_onboarded(machine) {
            return Err(self.not_found("has it as not onboarded"));
        }
        if self.known.contains(&machine) {
            return Ok(answer(MissingKbs::default()));
        }
        Err(self.not_found("does not have it"))
    }

    fn not_found(&self, what: &str) -> Failure {
        let BulkRun {
            source,
            generated_at,
            ..
        } = self.run;
        let source = match source {
            Source::Hunting => "answer to hunting queries",
            _ => "export",
        };
        let message = format!("the {source} of {generated_at:.0} {what}");
        Failure::new(Reason::NotInExport, message)
    }
}
