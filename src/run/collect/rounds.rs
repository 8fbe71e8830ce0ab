//! Collecting in rounds: the answers so far decide which machines are requested next.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use super::{
    context::{CollectContext, Ended},
    listener::Listener,
    work_queue::PROBE_CANDIDATES,
};
use crate::{
    collect::{
        per_machine::{Plan, Unknown},
        selective::{Difference, Round, RoundReason, Selector},
    },
    domain::{
        ending::Ending, machine::MachineId, outcome::Outcome, requests::Requests, text::counted,
    },
    run::{RunError, messages::inform},
    store::{MachineAtStart, MachineState},
};

/// The rounds of a run.
pub(super) struct Rounds<'run> {
    context: CollectContext<'run>,
    selector: Arc<Mutex<Selector>>,
    machines: HashMap<MachineId, MachineAtStart>,
    /// The number of machines with an answer in this run.
    answered: u64,
    /// Some of them.
    known: Vec<MachineId>,
}

impl<'run> Rounds<'run> {
    pub(super) fn new(
        context: CollectContext<'run>,
        machines: Vec<MachineAtStart>,
        selector: Arc<Mutex<Selector>>,
    ) -> Self {
        let answered = machines
            .iter()
            .filter(|it| it.state == MachineState::Answered);
        let known: Vec<MachineId> = answered.map(|it| it.machine).collect();
        Self {
            context,
            selector,
            machines: machines.into_iter().map(|it| (it.machine, it)).collect(),
            answered: known.len() as u64,
            known: known.into_iter().take(PROBE_CANDIDATES).collect(),
        }
    }

    /// Requests machines until the answers of all others can be inferred, or the run is stopped.
    /// Then stores the inferred answers.
    pub(super) async fn collect(mut self) -> Result<Ended, RunError> {
        let listener = Listener::of(&self.selector);
        let mut ended = Ended {
            ending: Ending::Finished,
            requests: Requests::default(),
        };
        while let Some(round) = self.next_round() {
            inform(self.context.input.config.console, &reason(&round));
            let plan = self.plan(&round.machines, ended.requests);
            ended = self.context.collect(plan, &listener).await?;
            self.count_answers(&round.machines);
            if !matches!(ended.ending, Ending::Finished) {
                break;
            }
        }
        let inferences = self.selector.lock().inferences();
        for inference in inferences {
            let outcome = Outcome {
                machine: inference.machine,
                attempts: 0,
                times_unknown: 0,
                result: Ok(inference.answer),
            };
            self.context.recorder.record(outcome, ended.requests);
        }
        Ok(ended)
    }

    fn next_round(&self) -> Option<Round> {
        self.selector.lock().next_round()
    }

    /// The plan for these machines, in this order.
    fn plan(&self, machines: &[MachineId], sent_before: Requests) -> Plan {
        let mut plan = Plan {
            reused: self.answered,
            known: self.known.clone(),
            sent_before,
            ..Plan::default()
        };
        for machine in machines {
            match self.machines.get(machine).map(|it| it.state) {
                Some(MachineState::NotFound { attempts, times }) => plan.unknown.push(Unknown {
                    machine: *machine,
                    attempts,
                    times,
                }),
                _ => plan.machines.push(*machine),
            }
        }
        plan
    }

    fn count_answers(&mut self, machines: &[MachineId]) {
        let selector = self.selector.lock();
        let answered = machines.iter().filter(|it| selector.is_answered(**it));
        let answered: Vec<MachineId> = answered.copied().collect();
        drop(selector);
        self.answered += answered.len() as u64;
        let room = PROBE_CANDIDATES.saturating_sub(self.known.len());
        self.known.extend(answered.into_iter().take(room));
    }
}

/// Why these machines are requested.
fn reason(round: &Round) -> String {
    let machines = counted(round.machines.len() as u64, "machine", "machines");
    match &round.why {
        RoundReason::First => {
            format!("Calling for {machines}; the answers of the others follow from theirs")
        }
        RoundReason::Disagreement => format!(
            "Calling for {machines} more: some with the same software disagree, or did not answer"
        ),
        RoundReason::Recheck => format!("Calling for {machines} more as a sample"),
        RoundReason::ControlTotals(differences) => {
            let first = differences.first().map(example).unwrap_or_default();
            format!("Calling for {machines} more: the service's own count differs{first}")
        }
        RoundReason::TooManyMissed(accuracy) => {
            format!(
                "Calling for all other machines ({machines}): {}",
                accuracy.sentence()
            )
        }
    }
}

/// Such as `, by +3 machines that miss KB5059339 in windows_10`.
fn example(difference: &Difference) -> String {
    format!(
        ", by {:+} machines that miss KB{} in {}",
        difference.machines,
        difference.kb.as_str().escape_debug(),
        difference.product.escape_debug()
    )
}
