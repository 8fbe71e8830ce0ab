//! Compares the answers of a run with those of a second source, for each pair of machine and KB.

use std::{cmp::Ordering, collections::HashSet};

use crate::domain::{
    answer::{Answer, Source},
    cross_check::{CrossCheck, CrossCheckRow, Explanation},
    kb::{KbId, MissingKb, MissingKbs},
    machine::MachineId,
    vulnerabilities::{BulkAnswers, InBulk},
};

/// A bulk source to compare answers with.
#[derive(Debug, Clone, Copy)]
pub struct SecondAnswers<'run> {
    /// Which source.
    pub source: Source,
    /// Its answers.
    pub answers: &'run BulkAnswers,
    /// The machines that miss nothing if the source has no row about them.
    pub known: &'run HashSet<MachineId>,
    /// The machines that, according to a list, have been silent for so long that the source no longer lists
    /// them.
    pub silent: &'run HashSet<MachineId>,
}

/// Compares answers with those of a second source.
#[derive(Debug)]
pub struct CrossCheckTally<'run> {
    second: SecondAnswers<'run>,
    compared: u64,
    machines_not_compared: u64,
    rows: Vec<CrossCheckRow>,
}

/// A machine being compared.
struct Compared<'run> {
    machine: MachineId,
    answer: &'run Answer,
    is_onboarded: bool,
}

impl<'run> CrossCheckTally<'run> {
    /// A tally without any answers yet.
    pub fn new(second: SecondAnswers<'run>) -> Self {
        Self {
            second,
            compared: 0,
            machines_not_compared: 0,
            rows: Vec::new(),
        }
    }

    /// Compares the answer of a machine. Each machine must be recorded once.
    pub fn record(&mut self, machine: MachineId, answer: &Answer) {
        let SecondAnswers { known, silent, .. } = self.second;
        let (second, is_onboarded) = match self.second.answers.lookup(machine, known) {
            InBulk::Answer(missing) => (missing, true),
            InBulk::NotOnboarded => (MissingKbs::default(), false),
            InBulk::Absent if silent.contains(&machine) => (MissingKbs::default(), true),
            InBulk::Absent => {
                self.machines_not_compared += 1;
                return;
            }
        };
        let compared = Compared {
            machine,
            answer,
            is_onboarded,
        };
        for_each_pair(&answer.missing, &second, |kb, first, second| {
            self.compare(&compared, kb, [first, second]);
        });
    }

    fn compare(&mut self, machine: &Compared<'_>, kb: &KbId, cves: [Option<u64>; 2]) {
        self.compared += 1;
        let [first, second] = cves;
        if first == second {
            return;
        }
        let as_of = machine.answer.as_of;
        let row = CrossCheckRow {
            machine: machine.machine,
            kb: kb.clone(),
            first,
            second,
            because: self.because(machine, cves),
            later: (as_of > self.second.answers.generated_at).then_some(as_of),
        };
        self.rows.push(row);
    }

    /// The explanation of a difference, as far as it is known now: only newer data of the second source can
    /// show whether it is the age of its data.
    fn because(&self, machine: &Compared<'_>, cves: [Option<u64>; 2]) -> Explanation {
        match cves {
            [Some(0), None] => Explanation::NoCve,
            _ if !machine.is_onboarded => Explanation::NotOnboarded,
            _ if self.second.silent.contains(&machine.machine) => Explanation::Silent,
            _ => Explanation::Unknown,
        }
    }

    /// The comparison.
    pub fn finish(mut self) -> CrossCheck {
        self.rows
            .sort_by(|one, other| (one.machine, &one.kb).cmp(&(other.machine, &other.kb)));
        CrossCheck {
            source: self.second.source,
            as_of: Some(self.second.answers.generated_at),
            compared: self.compared,
            machines_not_compared: self.machines_not_compared,
            rows: self.rows,
            missing_because: None,
        }
    }
}

/// Explains the differences of an earlier comparison with newer data of its second source, and returns how
/// many it explains: those where the answer was newer than the source's data, and the newer data agrees with
/// it.
pub fn settle(earlier: &mut CrossCheck, now: SecondAnswers<'_>) -> u64 {
    if earlier.source != now.source {
        return 0;
    }
    let later = now.answers.generated_at;
    let mut settled = 0;
    for row in &mut earlier.rows {
        let is_open = row.because == Explanation::Unknown && row.later.is_some_and(|it| it < later);
        if is_open && has_the_change(row, now) {
            row.because = Explanation::Age;
            settled += 1;
        }
    }
    settled
}

/// Whether the source now agrees with the run's answer about the pair.
fn has_the_change(row: &CrossCheckRow, now: SecondAnswers<'_>) -> bool {
    let InBulk::Answer(missing) = now.answers.lookup(row.machine, now.known) else {
        return false;
    };
    let found = missing.binary_search_by(|it| it.id.cmp(&row.kb));
    let found = found.ok().and_then(|at| missing.get(at));
    found.map(|it| it.cve_addressed) == row.first
}

/// Calls back for each KB on either list, with the CVEs that it addresses according to each.
fn for_each_pair(
    first: &MissingKbs,
    second: &MissingKbs,
    mut callback: impl FnMut(&KbId, Option<u64>, Option<u64>),
) {
    let cves = |kb: &MissingKb| Some(kb.cve_addressed);
    let (mut first, mut second) = (first.iter().peekable(), second.iter().peekable());
    loop {
        // Both are sorted by KB.
        let order = match (first.peek(), second.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.id.cmp(&other.id),
        };
        let one = first.next_if(|_| order.is_le());
        let other = second.next_if(|_| order.is_ge());
        if let Some(kb) = one.or(other) {
            callback(
                &kb.id,
                one.and_then(|it| cves(it)),
                other.and_then(|it| cves(it)),
            );
        }
    }
}

#[cfg(test)]
mod tests;
