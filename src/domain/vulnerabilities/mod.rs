//! The vulnerabilities of all machines, as the service exports them, and what the machines miss
//! according to them.
//!
//! - `changed`: the machines for which they changed
//! - `rows`: rows taken together by machine as they arrive
//! - `gap`: the rows about one update on one machine

mod changed;
mod gap;
mod rows;

use std::collections::HashSet;

use jiff::Timestamp;

pub use self::{
    changed::ChangedMachines,
    rows::{VulnerabilityRow, VulnerabilityRows},
};
use super::{
    cve::{CveFacts, CveId},
    kb::MissingKbs,
    machine::MachineId,
};

/// What every machine of a tenant misses, from rows about vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkAnswers {
    /// The time for which they hold.
    pub generated_at: Timestamp,
    /// Each machine with the place of its list in `lists`, sorted by id.
    machines: Vec<(MachineId, u32)>,
    /// Every distinct list of missing KBs.
    lists: Vec<MissingKbs>,
    /// The machines that are not onboarded: sorted. What they miss is not known.
    not_onboarded: Vec<MachineId>,
    /// What the service says of each CVE, sorted by id.
    pub cves: Vec<(CveId, CveFacts)>,
    /// The rows that name an update but no CVE: they say nothing about what is missing.
    pub rows_without_cve: u64,
}

/// What a source that has all machines at once knows of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InBulk {
    /// What it misses.
    Answer(MissingKbs),
    /// It is not onboarded.
    NotOnboarded,
    /// Nothing.
    Absent,
}

impl BulkAnswers {
    /// What is known of a machine. One without a row misses nothing if the service knows it well enough
    /// to have listed what it misses: if it is among `known`.
    pub fn lookup(&self, machine: MachineId, known: &HashSet<MachineId>) -> InBulk {
        if let Some(missing) = self.of(machine) {
            return InBulk::Answer(missing.clone());
        }
        if self.is_not_onboarded(machine) {
            return InBulk::NotOnboarded;
        }
        if known.contains(&machine) {
            return InBulk::Answer(MissingKbs::default());
        }
        InBulk::Absent
    }

    /// What a machine misses; `None` if there is no row about it, or it is not onboarded.
    pub fn of(&self, machine: MachineId) -> Option<&MissingKbs> {
        let found = self.machines.binary_search_by_key(&machine, |it| it.0);
        self.lists.get(self.machines.get(found.ok()?)?.1 as usize)
    }

    /// Whether there are rows about a machine that is not onboarded.
    pub fn is_not_onboarded(&self, machine: MachineId) -> bool {
        self.not_onboarded.binary_search(&machine).is_ok()
    }

    /// The machines with an answer, sorted.
    pub fn machines(&self) -> impl Iterator<Item = MachineId> {
        self.machines.iter().map(|it| it.0)
    }
}
