//! The remaining machines, in the order in which they are requested.

use crate::{
    collect::per_machine::{Plan, Unknown},
    store::{MachineAtStart, MachineState},
};

/// The number of machines answered in this run that suffice to probe whether the service works.
pub(super) const PROBE_CANDIDATES: usize = 8;

/// The number of machines answered before that suffice as a probe when no request is answered.
const EARLIER_PROBE_CANDIDATES: usize = 3;

/// The plan for machines with this status. Machines never requested come first, then those
/// requested longest ago, and last those that already failed in this run. A run that is stopped has
/// then requested the most urgent machines. A failure in an earlier run counts as a request at that
/// time, so that a failing machine is not first in the queue every night.
pub(super) fn work_queue(mut machines: Vec<MachineAtStart>) -> Plan {
    let mut plan = Plan::default();
    machines.retain(|progress| needs_request(progress, &mut plan));
    let last_requested = |it: &MachineAtStart| it.last_answered.max(it.failed_at);
    let urgency = |it: &MachineAtStart| (it.state == MachineState::Failed, last_requested(it));
    // In the first run of a list they are already sorted, and sorting takes memory.
    if !machines.is_sorted_by_key(urgency) {
        machines.sort_by_key(urgency);
    }
    let is_healthy = |it: &&MachineAtStart| {
        it.last_answered.is_some() && it.failed_at.is_none() && it.state != MachineState::Failed
    };
    let well = machines
        .iter()
        .rev()
        .filter(is_healthy)
        .take(EARLIER_PROBE_CANDIDATES);
    plan.answered_before = well.map(|it| it.machine).collect();
    plan.machines = machines.iter().map(|it| it.machine).collect();
    plan
}

/// Whether a machine is to be requested. If not, the machine is added to the plan's other parts.
fn needs_request(progress: &MachineAtStart, plan: &mut Plan) -> bool {
    let machine = progress.machine;
    match progress.state {
        MachineState::Unrequested | MachineState::Failed => return true,
        MachineState::NotFound { attempts, times } => plan.unknown.push(Unknown {
            machine,
            attempts,
            times,
        }),
        MachineState::Answered => {
            plan.reused += 1;
            if plan.known.len() < PROBE_CANDIDATES {
                plan.known.push(machine);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::machine::MachineId;

    fn machine(number: u8) -> MachineId {
        MachineId::from_bytes([number; 20])
    }

    fn progress(number: u8, last_answered: Option<i64>, state: MachineState) -> MachineAtStart {
        MachineAtStart {
            machine: machine(number),
            number: i64::from(number),
            last_answered: last_answered.map(|at| Timestamp::from_second(at).unwrap()),
            failed_at: None,
            state,
        }
    }

    #[test]
    fn machines_that_failed_earlier_come_after_those_answered_earlier() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let failed = |number, answered, failed_at| MachineAtStart {
            failed_at: at(failed_at),
            ..progress(number, answered, MachineState::Unrequested)
        };
        let plan = work_queue(vec![
            failed(1, None, 30),
            failed(2, Some(12), 30),
            progress(3, Some(20), MachineState::Unrequested),
            progress(4, Some(25), MachineState::Unrequested),
            progress(5, None, MachineState::Unrequested),
            progress(6, Some(40), MachineState::Unrequested),
            progress(7, Some(5), MachineState::Failed),
        ]);
        assert_eq!(plan.machines, [5, 3, 4, 1, 2, 6, 7].map(machine));
        assert_eq!(plan.answered_before, [6, 4, 3].map(machine));
    }

    #[test]
    fn never_answered_machines_come_first_and_failing_ones_last() {
        let unknown = MachineState::NotFound {
            attempts: 4,
            times: 2,
        };
        let plan = work_queue(vec![
            progress(1, Some(20), MachineState::Unrequested),
            progress(2, Some(30), MachineState::Answered),
            progress(3, None, unknown),
            progress(4, None, MachineState::Failed),
            progress(5, Some(10), MachineState::Unrequested),
            progress(6, None, MachineState::Unrequested),
            progress(7, None, MachineState::Unrequested),
        ]);
        assert_eq!(plan.machines, [6, 7, 5, 1, 4].map(machine));
        assert_eq!(plan.reused, 1);
        assert_eq!(plan.known, [machine(2)]);
        let unknown = Unknown {
            machine: machine(3),
            attempts: 4,
            times: 2,
        };
        assert_eq!(plan.unknown, [unknown]);
    }
}
