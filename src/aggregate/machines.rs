//! Per machine of the inventory: its answer and what follows from it, or why there is none.

use std::{cmp::Reverse, io, sync::Arc};

use jiff::Timestamp;

use crate::{
    domain::{
        answer::{Answer, Source},
        gaps::{AnswerRef, Gaps},
        kb::{KbId, MissingKbs},
        machine::MachineId,
        outcome::{Failure, Reason},
        words::words,
    },
    inventory::Inventory,
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
    /// Where it stands in the list; there is a row for each of a million machines.
    position: u32,
    /// Calls that were sent for it.
    pub attempts: u32,
    /// What the service answered, or why there is no answer.
    pub result: Result<Answered, Arc<Failure>>,
}

/// A machine's answer: the figures that rank it, and where its gaps can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its place among the answered machines, from 1.
    pub rank: u32,
    /// Where the answer comes from.
    pub source: Source,
    /// The time for which the answer holds, in milliseconds since 1970: half as wide as a timestamp.
    pub(super) as_of_ms: i64,
    /// Whether an earlier process got it.
    pub reused: bool,
    /// How many KBs it misses.
    pub missing: u32,
    /// The CVEs that they address, summed: a score to rank by, not a number of distinct
    /// CVEs, because KBs overlap.
    pub cve_addressed: u64,
    /// The largest of those numbers.
    pub cve_addressed_max: u64,
    /// Whether it misses nothing because nothing is known of it any more: the list says that it
    /// was not seen for more than thirty days before the answer.
    pub no_current_data: bool,
    /// The missing KB that addresses most CVEs; of several, the one with the smallest id.
    pub top_kb: Option<KbId>,
    /// Where the gaps are.
    pub answer: AnswerRef,
}

impl MachineRow {
    /// Where it stands in [`Inventory::machines`].
    pub fn position(&self) -> usize {
        self.position as usize
    }

    /// The KBs that it misses: none where it has no answer.
    pub fn missing(&self, gaps: &dyn Gaps) -> io::Result<MissingKbs> {
        match &self.result {
            Ok(answered) if answered.missing > 0 => gaps.missing(answered.answer),
            _ => Ok(MissingKbs::default()),
        }
    }

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
    /// The figures of an answer, whose missing KBs are sorted by id, each once.
    pub(super) fn new(answer: &Answer, answer_ref: AnswerRef) -> Self {
        let missing = &answer.missing;
        let numbers = || missing.iter().map(|gap| gap.cve_addressed);
        let largest = numbers().max();
        let top = missing
            .iter()
            .find(|gap| Some(gap.cve_addressed) == largest);
        Self {
            rank: 0,
            source: answer.source,
            as_of_ms: answer.as_of.as_millisecond(),
            reused: answer.reused,
            missing: u32::try_from(missing.len()).unwrap_or(u32::MAX),
            cve_addressed: numbers().fold(0, u64::saturating_add),
            cve_addressed_max: largest.unwrap_or(0),
            no_current_data: false,
            top_kb: top.map(|gap| gap.id.clone()),
            answer: answer_ref,
        }
    }

    /// The time for which the answer holds: of a call, when the answer had arrived.
    pub fn answered_at(&self) -> Timestamp {
        // It came from one, so that there is one.
        Timestamp::from_millisecond(self.as_of_ms).unwrap_or_default()
    }
}

/// A row for every machine of the inventory, sorted by id: of none anything is known yet.
pub(super) fn rows(inventory: &Inventory) -> Vec<MachineRow> {
    let not_asked = Arc::new(not_asked());
    let machines = (0..).zip(&inventory.machines);
    let rows = machines.map(|(position, machine)| MachineRow {
        id: machine.id,
        position,
        attempts: 0,
        result: Err(Arc::clone(&not_asked)),
    });
    let mut rows: Vec<MachineRow> = rows.collect();
    rows.sort_unstable_by_key(|row| row.id);
    rows
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
        let answered = machine.result.as_ref().ok();
        let figures = answered.map(|answered| (answered.cve_addressed, answered.missing));
        (Reverse(figures), machine.id)
    });
    let answered = machines.iter_mut().flat_map(|row| row.result.as_mut());
    for (rank, answered) in (1..).zip(answered) {
        answered.rank = rank;
    }
}
