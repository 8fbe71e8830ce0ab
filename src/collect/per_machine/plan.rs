//! What a run has to request, and what is already done.

use crate::domain::{machine::MachineId, requests::Requests};

/// The work of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Machines to request, in this order.
    pub machines: Vec<MachineId>,
    /// Machines that the service did not know earlier in this run: they join the late passes they
    /// have not had yet.
    pub unknown: Vec<Unknown>,
    /// The number of machines whose answers are already stored.
    pub reused: u64,
    /// Some of them, used as probes: after repeated failures, they show whether the service or the
    /// machines fail.
    pub known: Vec<MachineId>,
    /// Some of the machines to request that had an answer in the latest earlier runs: if no machine is
    /// answered in this run, these are requested before the run gives up.
    pub answered_before: Vec<MachineId>,
    /// The calls that this process has already sent for the run.
    pub sent_before: Requests,
}

/// Number of late passes for a machine that the service does not know.
pub const LATE_PASSES: u32 = 2;

/// The number of late passes left for a machine that was unknown this many times.
pub(super) fn late_calls(times_unknown: u32) -> u64 {
    u64::from((LATE_PASSES + 1).saturating_sub(times_unknown))
}

/// The number of machines that are requested before the run concludes that no machine is answered.
pub(super) const SAMPLE_SIZE: usize = 3;

/// A machine that the service did not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// The machine.
    pub machine: MachineId,
    /// The number of calls sent for it.
    pub attempts: u32,
    /// The number of times the service did not know it.
    pub times: u32,
}

impl Plan {
    /// The number of all machines of the run, with or without work left.
    pub fn len(&self) -> u64 {
        self.machines_to_request() as u64 + self.reused
    }

    /// Whether the run has no machines at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The machines to request when all have failed and none was answered: those that were answered before,
    /// or else some spread over the list.
    pub(super) fn sample(&self) -> Vec<MachineId> {
        let mut sample = self.answered_before.clone();
        sample.truncate(SAMPLE_SIZE);
        for part in 1..=SAMPLE_SIZE {
            let index = self.machines.len() * part / (SAMPLE_SIZE + 1);
            let machine = self.machines.get(index);
            let is_new = machine.filter(|it| !sample.contains(it));
            sample.extend(is_new.filter(|_| sample.len() < SAMPLE_SIZE));
        }
        sample
    }

    /// The number of machines without an answer.
    pub(super) fn machines_to_request(&self) -> usize {
        self.machines.len() + self.unknown.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machines(numbers: impl IntoIterator<Item = u8>) -> Vec<MachineId> {
        let machine = |number| MachineId::from_bytes([number; 20]);
        numbers.into_iter().map(machine).collect()
    }

    #[test]
    fn sample_is_of_known_machines_or_spread_over_the_list() {
        for (list, before, expected) in [
            (0..100, &[][..], &[25, 50, 75][..]),
            (0..100, &[90], &[90, 25, 50]),
            (0..100, &[50], &[50, 25, 75]),
            (0..100, &[91, 92, 93, 94], &[91, 92, 93]),
            (0..2, &[], &[0, 1]),
            (0..1, &[0], &[0]),
            (0..0, &[], &[]),
        ] {
            let plan = Plan {
                machines: machines(list),
                answered_before: machines(before.iter().copied()),
                ..Plan::default()
            };
            assert_eq!(plan.sample(), machines(expected.iter().copied()));
        }
    }
}
