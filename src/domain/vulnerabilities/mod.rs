//! The vulnerabilities of all machines, as the service exports them, and the missing KBs derived from them.
//!
//! - `rows`: collects rows by machine as they arrive
//! - `gap`: one missing update of one machine, collected from its rows

mod gap;
mod rows;

use std::collections::HashSet;

use foldhash::fast::RandomState;
use jiff::Timestamp;

pub use self::rows::{VulnerabilityRow, VulnerabilityRows};
use super::{
    bulk::RowCounts,
    cve::{CveFacts, CveId},
    kb::MissingKbs,
    machine::MachineId,
};

/// The missing KBs of every machine of a tenant, from rows about vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkAnswers {
    /// The time for which they hold.
    pub generated_at: Timestamp,
    /// Each machine with the index of its list in `lists`, sorted by id.
    machines: Vec<(MachineId, u32)>,
    /// Every distinct list of missing KBs.
    lists: Vec<MissingKbs>,
    /// The machines that are not onboarded: sorted. Their missing KBs are unknown.
    not_onboarded: Vec<MachineId>,
    /// The facts about each CVE, sorted by id.
    pub cves: Vec<(CveId, CveFacts)>,
    /// Rows that name an update but no CVE: they do not show that the update is missing.
    pub rows_without_cve: u64,
}

/// What a bulk source contains about one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InBulk {
    /// Its missing KBs.
    Answer(MissingKbs),
    /// It is not onboarded.
    NotOnboarded,
    /// Neither: the source does not list the machine.
    Absent,
}

/// The machines named in rows about changes.
#[derive(Debug, Default)]
pub struct ChangedMachines {
    /// The number of rows.
    pub counts: RowCounts,
    /// The machines with a changed vulnerability that an update addresses.
    pub machines: HashSet<MachineId, RandomState>,
}

impl BulkAnswers {
    /// What the source contains about a machine. A machine without rows misses nothing if it is in `known`: the
    /// machines that the service knows well enough to list what they miss.
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

    /// The missing KBs of a machine; `None` if there is no row about it, or it is not onboarded.
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
