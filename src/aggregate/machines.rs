//! Per machine of the inventory: its answer and the figures derived from it, or why there is none.

use std::{cmp::Reverse, io, sync::Arc};

use jiff::Timestamp;

use super::{origins::Origin, risk::MachineCves};
use crate::{
    domain::{
        answer::{Answer, Provenance, Source},
        gaps::{AnswerRef, Gaps},
        kb::{KbId, MissingKbs},
        machine::MachineId,
        outcome::{Failure, Reason},
        release::ReleaseMonth,
        since::MissingSince,
        skip_reason::SkipReason,
        words::words,
    },
    inventory::Inventory,
};

words! {
    /// The status of a machine of the inventory, as spelled in `machines.csv`.
    pub enum MachineStatus {
        /// The service answered.
        Answered = "answered",
        /// The service does not know it.
        NotFound = "notFound",
        /// All requests for it failed.
        Failed = "failed",
        /// It was not requested: the run was interrupted or stopped early.
        Pending = "pending",
        /// It was not meant to be requested.
        Skipped = "skipped",
    }
}

/// A machine of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineRow {
    /// The machine's id.
    pub id: MachineId,
    /// Its index in the list; a `u32` to save memory, as there may be a million rows.
    position: u32,
    /// The number of calls sent for it.
    pub attempts: u32,
    /// The service's answer, or why there is none.
    pub result: Result<Answered, Arc<Failure>>,
    /// Why it is not requested; `None` for all machines of a run.
    pub skipped: Option<SkipReason>,
}

/// Properties of an answer besides its numbers, in one byte: only gaps have ages, and only an answer without
/// gaps may be empty although the machine is not patched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerState {
    /// All gaps have been open since the same time, so the times need not be read again; or there are
    /// no gaps.
    SameAge,
    /// The gaps have been open for different times.
    DifferentAges,
    /// It is empty because the service has no current data about the machine.
    NoCurrentData,
    /// It is empty because the machine's Windows version no longer gets updates.
    Unsupported,
}

/// A machine's answer: the figures that it is ranked by, and the reference by which its gaps are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its rank among the answered machines, starting at 1.
    pub rank: u32,
    /// Where the answer comes from.
    pub(super) origin: Origin,
    /// The time that the answer is valid for, in milliseconds since 1970: half the size of a
    /// `Timestamp`.
    pub(super) as_of_ms: i64,
    /// Since when its oldest gap has been open, in the same unit. If it has none, the time of the answer.
    oldest_since_ms: i64,
    /// Whether an earlier process fetched it.
    pub reused: bool,
    /// The oldest month of a missing update; `None` if no name of its missing KBs contains a month.
    pub oldest_month: Option<ReleaseMonth>,
    /// The number of KBs that it misses.
    pub missing: u32,
    /// The sum of the CVEs that they address: a score to rank by, not a number of distinct CVEs,
    /// because KBs overlap.
    pub cve_addressed: u64,
    /// The largest of those numbers.
    pub cve_addressed_max: u64,
    pub(super) state: AnswerState,
    cves: MachineCves,
    /// The missing KB that addresses the most CVEs; on a tie, the one with the smallest id.
    pub top_kb: Option<KbId>,
    /// The reference by which its gaps are read.
    pub answer: AnswerRef,
}

impl MachineRow {
    /// Its index in [`Inventory::machines`].
    pub fn position(&self) -> usize {
        self.position as usize
    }

    /// The KBs that it misses; empty if it has no answer.
    pub fn missing(&self, gaps: &dyn Gaps) -> io::Result<MissingKbs> {
        match &self.result {
            Ok(answered) if answered.missing > 0 => gaps.missing(answered.answer),
            _ => Ok(MissingKbs::default()),
        }
    }

    /// Since when it has been missing each of them.
    pub fn since(&self, gaps: &dyn Gaps) -> io::Result<MissingSince> {
        match &self.result {
            Ok(answered) if answered.missing > 0 => answered.since(gaps),
            _ => Ok(MissingSince::default()),
        }
    }

    /// The machine's status.
    pub fn status(&self) -> MachineStatus {
        match &self.result {
            _ if self.skipped.is_some() => MachineStatus::Skipped,
            Ok(_) => MachineStatus::Answered,
            Err(failure) => match failure.reason {
                Reason::NotFound | Reason::NotInExport => MachineStatus::NotFound,
                Reason::Pending => MachineStatus::Pending,
                _ => MachineStatus::Failed,
            },
        }
    }
}

impl Answered {
    /// The figures of an answer. Its missing KBs are sorted by id and have no duplicates.
    pub(super) fn new(
        answer: &Answer,
        answer_ref: AnswerRef,
        oldest_month: Option<ReleaseMonth>,
        origin: Origin,
    ) -> Self {
        let missing = &answer.missing;
        let numbers = || missing.iter().map(|gap| gap.cve_addressed);
        let largest = numbers().max();
        let top = missing
            .iter()
            .find(|gap| Some(gap.cve_addressed) == largest);
        Self {
            rank: 0,
            origin,
            as_of_ms: answer.as_of.as_millisecond(),
            oldest_since_ms: answer
                .since
                .oldest()
                .unwrap_or(answer.as_of)
                .as_millisecond(),
            state: if answer.since.is_same() {
                AnswerState::SameAge
            } else {
                AnswerState::DifferentAges
            },
            cves: MachineCves::default(),
            reused: answer.reused,
            oldest_month,
            missing: u32::try_from(missing.len()).unwrap_or(u32::MAX),
            cve_addressed: numbers().fold(0, u64::saturating_add),
            cve_addressed_max: largest.unwrap_or(0),
            top_kb: top.map(|gap| gap.id.clone()),
            answer: answer_ref,
        }
    }

    /// Sets the CVEs of its missing KBs.
    pub(super) fn with_cves(self, cves: MachineCves) -> Self {
        Self { cves, ..self }
    }

    fn since(&self, gaps: &dyn Gaps) -> io::Result<MissingSince> {
        match self.oldest_since() {
            Some(oldest) if self.state == AnswerState::SameAge => {
                Ok(MissingSince::all(oldest, self.missing as usize))
            }
            _ => gaps.since(self.answer),
        }
    }

    /// The number of distinct CVEs that its missing KBs address, where known; `None` if none is known.
    pub fn distinct_cves(&self) -> Option<u64> {
        self.cves.distinct.get()
    }

    /// How many of them are known to be exploited; `None` without the catalogue as well.
    pub fn known_exploited(&self) -> Option<u64> {
        self.cves.known_exploited.get()
    }

    /// Where this run's answer comes from.
    pub const fn provenance(&self) -> Provenance {
        self.origin.provenance()
    }

    /// The source of the answer.
    pub const fn source(&self) -> Source {
        self.provenance().source()
    }

    /// Whether the answer is empty because the service has no current data: according to the list, the
    /// machine was last seen more than thirty days before the answer.
    pub fn has_no_current_data(&self) -> bool {
        self.state == AnswerState::NoCurrentData
    }

    /// Whether the answer is empty because the machine's Windows version no longer gets updates.
    pub fn is_unsupported(&self) -> bool {
        self.state == AnswerState::Unsupported
    }

    /// Since when its oldest gap has been open; `None` if it has none.
    pub fn oldest_since(&self) -> Option<Timestamp> {
        let since = Timestamp::from_millisecond(self.oldest_since_ms);
        since.ok().filter(|_| self.missing > 0)
    }

    /// Whether the machine misses no KB, was seen recently, and has a Windows version that still gets
    /// updates.
    pub fn is_fully_patched(&self) -> bool {
        self.missing == 0 && !self.has_no_current_data() && !self.is_unsupported()
    }

    /// The time that the answer is valid for. For a call, this is when the answer arrived.
    pub fn answered_at(&self) -> Timestamp {
        // The value was created from a `Timestamp`, so the conversion cannot fail.
        Timestamp::from_millisecond(self.as_of_ms).unwrap_or_default()
    }
}

/// A row for every machine of the inventory, sorted by id and without any outcome yet.
pub(super) fn rows(inventory: &Inventory) -> Vec<MachineRow> {
    let machines = inventory.machines.iter();
    not_requested(0, machines.map(|machine| (machine.id, None)))
}

/// A row for every machine that is skipped, sorted by id. Their positions come after those of the other
/// machines, as in [`Inventory::row`].
pub(super) fn skipped(inventory: &Inventory) -> Vec<MachineRow> {
    let first = u32::try_from(inventory.machines.len()).unwrap_or(u32::MAX);
    let machines = inventory.skipped.machines.iter();
    let machines = machines.map(|machine| (machine.listed.id, Some(machine.reason)));
    not_requested(first, machines)
}

/// Rows of machines at positions from this one on, sorted by id.
fn not_requested(
    first: u32,
    machines: impl Iterator<Item = (MachineId, Option<SkipReason>)>,
) -> Vec<MachineRow> {
    let failure = Arc::new(Failure {
        reason: Reason::Pending,
        http_status: None,
        code: None,
        message: "not queried".to_owned(),
        correlation_id: None,
    });
    let rows = (first..)
        .zip(machines)
        .map(|(position, (id, skipped))| MachineRow {
            id,
            position,
            attempts: 0,
            result: Err(Arc::clone(&failure)),
            skipped,
        });
    let mut rows: Vec<MachineRow> = rows.collect();
    rows.sort_unstable_by_key(|row| row.id);
    rows
}

/// Sorts the answered machines first, the worst on top, and sets their ranks.
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
