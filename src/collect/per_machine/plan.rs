//! What a run is to ask for, and what it need not ask for any more.

use crate::domain::machine::MachineId;

/// What there is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Machines to ask for, in this order.
    pub machines: Vec<MachineId>,
    /// Machines that the service did not know earlier in this run: they join the late
    /// passes that they have not had.
    pub unknown: Vec<Unknown>,
    /// Machines whose answers are there already.
    pub reused: u64,
    /// Some of them: when call after call fails, they tell the service from the machines.
    pub known: Vec<MachineId>,
    /// Some of those to ask for that earlier runs were answered for last: where none is answered
    /// in this one, they are asked for before that is believed.
    pub answered_before: Vec<MachineId>,
}

/// How often a machine that the service does not know is asked for again.
pub const LATE_PASSES: u32 = 2;

/// In how many late passes a machine is asked for that was unknown so often.
pub(super) fn late_calls(times_unknown: u32) -> u64 {
    u64::from((LATE_PASSES + 1).saturating_sub(times_unknown))
}

/// Machines that are asked for before it is believed that the service answers for none.
pub(super) const SCOUTS: usize = 3;

/// A machine that the service did not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown {
    /// The machine.
    pub machine: MachineId,
    /// Calls that were sent for it.
    pub attempts: u32,
    /// How often the service did not know it.
    pub times: u32,
}

impl Plan {
    /// All machines of the run, whatever is left to do about them.
    pub fn len(&self) -> u64 {
        self.to_ask() as u64 + self.reused
    }

    /// Whether the run is about no machine at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The machines that are asked for when none was answered yet and all fail: those that were
    /// answered before, and else some from all over the list.
    pub(super) fn scouts(&self) -> Vec<MachineId> {
        let mut scouts = self.answered_before.clone();
        scouts.truncate(SCOUTS);
        for part in 1..=SCOUTS {
            let place = self.machines.len() * part / (SCOUTS + 1);
            let machine = self.machines.get(place);
            let is_new = machine.filter(|it| !scouts.contains(it));
            scouts.extend(is_new.filter(|_| scouts.len() < SCOUTS));
        }
        scouts
    }

    /// Machines without an answer.
    pub(super) fn to_ask(&self) -> usize {
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
    fn scouts_were_answered_before_or_come_from_all_over_the_list() {
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
            assert_eq!(plan.scouts(), machines(expected.iter().copied()));
        }
    }
}
