//! What is left to ask, and in which order.

use crate::{
    fetch::{Plan, Unknown},
    store::{Known, Standing},
};

/// Answered machines that are enough to ask whether the service works.
const KNOWN: usize = 8;

/// What is left to ask of machines that stand like this: those that were never answered come
/// first, then those whose answer is the oldest, and last those that were asked for in vain in
/// this run already. So a run that is stopped has asked for what was needed most.
pub(super) fn agenda(mut machines: Vec<Standing>) -> Plan {
    let mut plan = Plan::default();
    machines.retain(|standing| is_to_be_asked(standing, &mut plan));
    let urgency = |it: &Standing| (it.known == Known::Failed, it.last_answered);
    // In the first run of a list they are, and sorting takes memory all the same.
    if !machines.is_sorted_by_key(urgency) {
        machines.sort_by_key(urgency);
    }
    plan.machines = machines.iter().map(|it| it.machine).collect();
    plan
}

/// Whether a machine is to be asked for; what there is to do about it otherwise goes into the
/// plan.
fn is_to_be_asked(standing: &Standing, plan: &mut Plan) -> bool {
    let machine = standing.machine;
    match standing.known {
        Known::Nothing | Known::Failed => return true,
        Known::NotFound { attempts, times } => plan.unknown.push(Unknown {
            machine,
            attempts,
            times,
        }),
        Known::Answered => {
            plan.reused += 1;
            if plan.known.len() < KNOWN {
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
    use crate::machine::MachineId;

    fn machine(number: u8) -> MachineId {
        MachineId::from_bytes([number; 20])
    }

    fn standing(number: u8, last_answered: Option<i64>, known: Known) -> Standing {
        Standing {
            machine: machine(number),
            number: i64::from(number),
            last_answered: last_answered.map(|at| Timestamp::from_second(at).unwrap()),
            known,
        }
    }

    #[test]
    fn what_was_never_answered_comes_first_and_what_fails_last() {
        let unknown = Known::NotFound {
            attempts: 4,
            times: 2,
        };
        let plan = agenda(vec![
            standing(1, Some(20), Known::Nothing),
            standing(2, Some(30), Known::Answered),
            standing(3, None, unknown),
            standing(4, None, Known::Failed),
            standing(5, Some(10), Known::Nothing),
            standing(6, None, Known::Nothing),
            standing(7, None, Known::Nothing),
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
