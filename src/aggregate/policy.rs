//! The number of accepted and overdue gaps.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::Serialize;

use crate::{
    domain::{answer::Answer, kb::KbId, machine::MachineId},
    policy::{DatedPolicy, GapMark, Marker},
};

/// A part of the gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Subtotal {
    /// The number of gaps.
    pub gaps: u64,
    /// The machines with at least one of them.
    pub machines: u64,
}

/// The figures of the policy for the gaps of a fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFigures {
    /// The policy, on the day of the run.
    pub policy: DatedPolicy,
    /// The gaps whose risk is accepted.
    pub accepted: Subtotal,
    /// The overdue gaps.
    pub overdue: Subtotal,
    /// The accepted gaps that are known to be exploited.
    pub accepted_exploited: u64,
    /// The machines with gaps that are known to be exploited and not accepted.
    pub open_exploited_machines: u64,
    /// The number of gaps that each exception applies to, in the order of the file.
    pub exception_hits: Vec<u64>,
}

/// The number of gaps of a KB that are accepted, that are overdue, and that are accepted although known to be
/// exploited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct KbMarks {
    pub(super) accepted: u64,
    pub(super) exploited_accepted: u64,
    pub(super) overdue: u64,
}

/// Counts gaps, machine by machine.
#[derive(Debug, Default)]
pub(super) struct PolicyCounter<'list> {
    /// `None` if no gap can be accepted or overdue.
    marker: Option<Marker<'list>>,
    figures: PolicyFigures,
    of_kbs: HashMap<KbId, KbMarks, RandomState>,
}

impl<'list> PolicyCounter<'list> {
    pub(super) fn new(policy: &DatedPolicy, marker: Marker<'list>) -> Self {
        Self {
            marker: (!policy.is_empty()).then_some(marker),
            figures: PolicyFigures {
                policy: policy.clone(),
                ..PolicyFigures::default()
            },
            of_kbs: HashMap::default(),
        }
    }

    /// Counts the gaps of the machine at this index in the list, and returns which of them are accepted.
    pub(super) fn record(&mut self, id: MachineId, position: usize, answer: &Answer) -> Vec<bool> {
        let Some(marker) = &mut self.marker else {
            return Vec::new();
        };
        marker.machine(id, position);
        let gaps = answer.missing.iter().zip(answer.since.iter());
        let marks = gaps.map(|(gap, since)| marker.mark(gap, since));
        let marks: Vec<GapMark> = marks.collect();
        self.figures.count(&marks);
        for (gap, mark) in answer.missing.iter().zip(&marks) {
            if mark.is_accepted || mark.overdue > 0 {
                let of_kb = self.of_kbs.entry(gap.id.clone()).or_default();
                of_kb.add(*mark);
            }
        }
        marks.iter().map(|mark| mark.is_accepted).collect()
    }

    pub(super) fn of_kb(&self, kb: &KbId) -> KbMarks {
        self.of_kbs.get(kb).copied().unwrap_or_default()
    }

    pub(super) fn finish(self) -> PolicyFigures {
        PolicyFigures {
            exception_hits: self.marker.map(Marker::into_hits).unwrap_or_default(),
            ..self.figures
        }
    }
}

impl PolicyFigures {
    /// Counts the gaps of a machine.
    fn count(&mut self, marks: &[GapMark]) {
        let count = |is: fn(&GapMark) -> bool| marks.iter().filter(|it| is(it)).count() as u64;
        self.accepted.add(count(|it| it.is_accepted));
        self.overdue.add(count(|it| it.overdue > 0));
        let exploited = |it: &GapMark| it.risk.is_known_exploited();
        self.accepted_exploited += count(|it| it.is_accepted && it.risk.is_known_exploited());
        let is_open = marks.iter().any(|it| !it.is_accepted && exploited(it));
        self.open_exploited_machines += u64::from(is_open);
    }

    /// Whether there is a file of exceptions.
    pub fn has_exceptions(&self) -> bool {
        self.policy.policy.exceptions.is_some()
    }

    /// Whether there are deadlines.
    pub fn has_deadlines(&self) -> bool {
        self.policy.policy.deadlines.is_some()
    }
}

impl KbMarks {
    /// Adds a gap.
    fn add(&mut self, mark: GapMark) {
        let is_exploited = mark.risk.is_known_exploited();
        self.accepted += u64::from(mark.is_accepted);
        self.exploited_accepted += u64::from(mark.is_accepted && is_exploited);
        self.overdue += u64::from(mark.overdue > 0);
    }
}

impl Subtotal {
    /// Adds the gaps of a machine.
    fn add(&mut self, gaps: u64) {
        self.gaps += gaps;
        self.machines += u64::from(gaps > 0);
    }
}
