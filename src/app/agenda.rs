//! What is left to ask, and in which order.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::{
    fetch::{Plan, Unknown},
    inventory::Inventory,
    machine::MachineId,
    outcome::{Outcome, Reason},
};

/// Answered machines that are enough to ask whether the service works.
const KNOWN: usize = 8;

/// What is left to ask of a list, when this much is known: machines that were never answered
/// come first, then those whose answer is the oldest, and last those that were asked for in
/// vain in this run already. So a run that is stopped has asked for what was needed most.
pub(super) fn agenda(
    inventory: &Inventory,
    known: &[Outcome],
    last_answered: &[(MachineId, Timestamp)],
) -> Plan {
    let mut plan = Plan::default();
    let mut settled = HashSet::new();
    let mut in_vain = HashSet::new();
    for outcome in known {
        match &outcome.result {
            Ok(_) => {
                plan.reused += 1;
                if plan.known.len() < KNOWN {
                    plan.known.push(outcome.machine);
                }
            }
            Err(failure) if failure.reason == Reason::NotFound => plan.unknown.push(Unknown {
                machine: outcome.machine,
                attempts: outcome.attempts,
                times: outcome.times_unknown,
            }),
            Err(_) => {
                in_vain.insert(outcome.machine);
                continue;
            }
        }
        settled.insert(outcome.machine);
    }
    let last_answered: HashMap<MachineId, Timestamp> = last_answered.iter().copied().collect();
    let machines = inventory.machines.iter().map(|machine| machine.id);
    plan.machines = machines.filter(|id| !settled.contains(id)).collect();
    plan.machines
        .sort_by_key(|id| (in_vain.contains(id), last_answered.get(id).copied()));
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inventory::read_from,
        outcome::{Answer, Failure},
    };

    fn machine(number: u8) -> MachineId {
        MachineId::from_bytes([number; 20])
    }

    fn outcome(number: u8, reason: Option<Reason>) -> Outcome {
        let failure = |reason| Failure {
            reason,
            http_status: None,
            code: None,
            message: String::new(),
            correlation_id: None,
        };
        Outcome {
            machine: machine(number),
            attempts: 4,
            times_unknown: 2,
            result: match reason {
                Some(reason) => Err(failure(reason)),
                None => Ok(Answer::new(Timestamp::UNIX_EPOCH, Vec::new())),
            },
        }
    }

    #[test]
    fn what_was_never_answered_comes_first_and_what_fails_last() {
        let list: Vec<String> = (1..=7).map(|it| machine(it).to_string()).collect();
        let inventory = read_from(list.join("\n").as_bytes(), "list", None).unwrap();
        let known = [
            outcome(2, None),
            outcome(3, Some(Reason::NotFound)),
            outcome(4, Some(Reason::Timeout)),
        ];
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let last_answered = [(machine(1), at(20)), (machine(5), at(10))];
        let plan = agenda(&inventory, &known, &last_answered);
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
