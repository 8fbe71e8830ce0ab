//! Per machine of the inventory: its answer and what follows from it, or why there is none.

use std::{cmp::Reverse, collections::HashMap};

use jiff::Timestamp;

use crate::{
    inventory::Inventory,
    kb::{KbId, MissingKb, each_once},
    machine::MachineId,
    outcome::{Answer, Failure, Outcome, Reason},
    words::words,
};

words! {
    /// What became of a machine of the inventory, as `machines.csv` spells it.
    pub enum MachineStatus {
        /// The service answered.
        Answered = "answered",
        /// The service does not know it.
        NotFound = "notFound",
        /// It was asked for in vain.
        Failed = "failed",
        /// It was not asked for: the run was interrupted or stopped early.
        Pending = "pending",
    }
}

/// One machine of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineRow {
    /// The machine's id.
    pub id: MachineId,
    /// Where it stands in [`Inventory::machines`].
    pub position: usize,
    /// Calls that were sent for it.
    pub attempts: u32,
    /// What the service answered, or why there is no answer.
    pub result: Result<Answered, Failure>,
}

/// A machine's answer, and the figures that rank it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its place among the answered machines, from 1.
    pub rank: usize,
    /// When the answer had arrived.
    pub answered_at: Timestamp,
    /// Whether an earlier process got it.
    pub reused: bool,
    /// The missing KBs: sorted by id, each once.
    pub missing: Vec<MissingKb>,
    /// The CVEs that they address, summed: a score to rank by, not a number of distinct
    /// CVEs, because KBs overlap.
    pub cve_addressed: u64,
    /// The largest of those numbers.
    pub cve_addressed_max: u64,
}

impl MachineRow {
    /// What became of the machine, in a word.
    pub fn status(&self) -> MachineStatus {
        match &self.result {
            Ok(_) => MachineStatus::Answered,
            Err(failure) => match failure.reason {
                Reason::NotFound => MachineStatus::NotFound,
                Reason::Pending => MachineStatus::Pending,
                _ => MachineStatus::Failed,
            },
        }
    }
}

impl Answered {
    fn new(answer: Answer) -> Self {
        // A KB that counted twice would make every total wrong: a glance makes sure.
        let missing = each_once(answer.missing);
        let numbers = || missing.iter().map(|gap| gap.cve_addressed);
        Self {
            rank: 0,
            answered_at: answer.answered_at,
            reused: answer.reused,
            cve_addressed: numbers().fold(0, u64::saturating_add),
            cve_addressed_max: numbers().max().unwrap_or(0),
            missing,
        }
    }

    /// The missing KB that addresses most CVEs; of several, the one with the smallest id.
    pub fn top_kb(&self) -> Option<&KbId> {
        self.missing
            .iter()
            .find(|gap| gap.cve_addressed == self.cve_addressed_max)
            .map(|gap| &gap.id)
    }
}

/// A row for every machine of the inventory, in its order.
pub(super) fn rows(inventory: &Inventory, outcomes: Vec<Outcome>) -> Vec<MachineRow> {
    let mut outcomes = by_machine(outcomes);
    let row = |(position, id): (usize, MachineId)| match outcomes.remove(&id) {
        Some(outcome) => MachineRow {
            id,
            position,
            attempts: outcome.attempts,
            result: outcome.result.map(Answered::new),
        },
        None => MachineRow {
            id,
            position,
            attempts: 0,
            result: Err(not_asked()),
        },
    };
    let ids = inventory.machines.iter().map(|machine| machine.id);
    ids.enumerate().map(row).collect()
}

fn by_machine(outcomes: Vec<Outcome>) -> HashMap<MachineId, Outcome> {
    let mut best: HashMap<MachineId, Outcome> = HashMap::with_capacity(outcomes.len());
    for outcome in outcomes {
        match best.get(&outcome.machine) {
            Some(known) if worth(known) >= worth(&outcome) => {}
            _ => {
                best.insert(outcome.machine, outcome);
            }
        }
    }
    best
}

/// An answer is worth more than a failure; then the later one is.
fn worth(outcome: &Outcome) -> (Option<Timestamp>, u32) {
    let answered_at = outcome.result.as_ref().ok().map(|it| it.answered_at);
    (answered_at, outcome.attempts)
}

fn not_asked() -> Failure {
    Failure {
        reason: Reason::Pending,
        http_status: None,
        code: None,
        message: "not asked".to_owned(),
        correlation_id: None,
    }
}

/// Puts the answered machines first, the worst of them on top, and numbers them.
pub(super) fn rank(machines: &mut [MachineRow]) {
    machines.sort_unstable_by_key(|machine| {
        let figures = machine
            .result
            .as_ref()
            .ok()
            .map(|answered| (answered.cve_addressed, answered.missing.len()));
        (Reverse(figures), machine.id)
    });
    let answered = machines.iter_mut().flat_map(|row| row.result.as_mut());
    for (rank, answered) in (1..).zip(answered) {
        answered.rank = rank;
    }
}
