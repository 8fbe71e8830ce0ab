//! Machines with the same software.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    consensus::{Consensus, LEADERS, consensus},
    machine::{Machine, Role},
    relevant::SoftwareKey,
};

/// Machines with the same platform and the same versions of the relevant products. A machine whose
/// software is not known is alone.
#[derive(Debug, Clone)]
pub(super) struct Cohort {
    /// Places of machines: those seen last come first, then those with the smallest ids.
    pub(super) members: Vec<u32>,
}

impl Cohort {
    /// Whether every member is requested, whatever the others say.
    pub(super) const fn is_small(&self) -> bool {
        self.members.len() <= LEADERS
    }

    /// The consensus of the members that were requested; of the sample's only if `with_sample`.
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
        let is_waiting = |place: &&u32| machines[**place as usize].role.is_none();
        self.members.iter().filter(is_waiting).copied()
    }

    pub(super) fn machines<'run>(
        &'run self,
        machines: &'run [Machine],
    ) -> impl Iterator<Item = &'run Machine> {
        let members = self.members.iter();
        members.map(|place| &machines[*place as usize])
    }
}

/// The cohorts of these machines, the largest first. If `alone`, each machine is one of its own.
pub(super) fn cohorts(machines: &[Machine], places: Vec<u32>, alone: bool) -> Vec<Cohort> {
    let mut by_key: BTreeMap<SoftwareKey, Vec<u32>> = BTreeMap::new();
    let mut all = Vec::new();
    for place in places {
        match machines[place as usize].key {
            Some(key) if !alone => by_key.entry(key).or_default().push(place),
            _ => all.push(vec![place]),
        }
    }
    all.extend(by_key.into_values());
    let candidate = |place: u32| &machines[place as usize].candidate;
    for members in &mut all {
        members.sort_by_key(|place| {
            let candidate = candidate(*place);
            (Reverse(candidate.last_seen), candidate.machine)
        });
    }
    // Large cohorts say most about the fleet, so a run that is stopped has requested them.
    all.sort_by_key(|members| (Reverse(members.len()), candidate(members[0]).machine));
    all.into_iter().map(|members| Cohort { members }).collect()
}
