//! Machines with the same software.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    consensus::{Consensus, LEADERS, consensus},
    machine::{Machine, Role},
    relevant::SoftwareKey,
};

/// Machines with the same platform and the same versions of the relevant products. A machine whose software
/// is unknown forms its own cohort.
#[derive(Debug, Clone)]
pub(super) struct Cohort {
    /// Indexes of machines: those seen last come first, then those with the smallest ids.
    pub(super) members: Vec<u32>,
}

impl Cohort {
    /// Whether every member is requested, regardless of the others' answers.
    pub(super) const fn is_small(&self) -> bool {
        self.members.len() <= LEADERS
    }

    /// The consensus of the members that were requested; includes those of the sample if `with_sample`.
    pub(super) fn consensus(&self, machines: &[Machine], with_sample: bool) -> Consensus {
        let counts = |machine: &&Machine| {
            machine.role == Some(Role::Member) || with_sample && machine.role == Some(Role::Sample)
        };
        let requested = || self.machines(machines).filter(counts);
        let answers: Vec<_> = requested().filter_map(Machine::content).collect();
        consensus(requested().count(), &answers)
    }

    /// The next members that were not requested yet.
    pub(super) fn waiting(&self, machines: &[Machine]) -> impl Iterator<Item = u32> {
        let is_waiting = |index: &&u32| machines[**index as usize].role.is_none();
        self.members.iter().filter(is_waiting).copied()
    }

    pub(super) fn machines<'run>(
        &'run self,
        machines: &'run [Machine],
    ) -> impl Iterator<Item = &'run Machine> {
        let members = self.members.iter();
        members.map(|index| &machines[*index as usize])
    }
}

/// The cohorts of these machines, the largest first. If `alone`, each machine forms its own cohort.
pub(super) fn cohorts(machines: &[Machine], indexes: Vec<u32>, alone: bool) -> Vec<Cohort> {
    let mut by_key: BTreeMap<SoftwareKey, Vec<u32>> = BTreeMap::new();
    let mut all = Vec::new();
    for index in indexes {
        match machines[index as usize].key {
            Some(key) if !alone => by_key.entry(key).or_default().push(index),
            _ => all.push(vec![index]),
        }
    }
    all.extend(by_key.into_values());
    let candidate = |index: u32| &machines[index as usize].candidate;
    for members in &mut all {
        members.sort_by_key(|index| {
            let candidate = candidate(*index);
            (Reverse(candidate.last_seen), candidate.machine)
        });
    }
    // Large cohorts are requested first, because they say most about the fleet if the run is stopped.
    all.sort_by_key(|members| (Reverse(members.len()), candidate(members[0]).machine));
    all.into_iter().map(|members| Cohort { members }).collect()
}
