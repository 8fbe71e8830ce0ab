use super::*;
use State::{Closed, Open, Suspect};

const MACHINE: MachineId = MachineId::from_bytes([1; 20]);
/// A call that fails for the first time.
const FAILED: FailedAttempt = FailedAttempt {
    is_foreign: false,
    is_last: false,
};
const FOREIGN: FailedAttempt = FailedAttempt {
    is_foreign: true,
    is_last: false,
};
const LAST: FailedAttempt = FailedAttempt {
    is_foreign: false,
    is_last: true,
};

#[derive(Debug, Clone, Copy)]
enum Event {
    Answered,
    SignOfLife,
    /// This many calls fail, each for the first time.
    Fail(usize),
    Foreign(usize),
    Refused(usize),
    Accepted,
    Hold,
    Release,
    Opens,
    Closes,
}
use Event::{Accepted, Answered, Closes, Fail, Foreign, Hold, Opens, Refused, Release, SignOfLife};

fn happens(circuit: &mut Circuit, event: Event) {
    let mut fail = |attempt, times| {
        for _ in 0..times {
            circuit.failed(&mut CallHistory::default(), attempt);
        }
    };
    match event {
        Answered => drop(circuit.answered(MACHINE)),
        SignOfLife => drop(circuit.sign_of_life()),
        Fail(times) => fail(FAILED, times),
        Foreign(times) => fail(FOREIGN, times),
        Refused(times) => (0..times).for_each(|_| circuit.refused()),
        Accepted => circuit.accepted(),
        Hold => circuit.hold(),
        Release => circuit.release(),
        Opens => circuit.open(),
        Closes => circuit.close(),
    }
}

#[test]
fn events_lead_to_the_expected_state() {
    for (events, expected) in [
        (&[][..], Closed),
        (&[Answered, Fail(4)], Closed),
        (&[Answered, Fail(5)], Suspect),
        (&[Answered, Fail(5), SignOfLife], Closed),
        (&[Answered, Fail(3), SignOfLife, Fail(3)], Closed),
        (&[Answered, Fail(5), Opens], Open),
        (&[Answered, Fail(5), Opens, SignOfLife], Open),
        (&[Answered, Fail(5), Opens, SignOfLife, Closes], Closed),
        // Before any answer, the first outcomes decide.
        (&[Fail(100)], Closed),
        (&[Fail(100), Answered], Closed),
        (&[Foreign(16)], Closed),
        (&[Foreign(17)], Suspect),
        (&[Foreign(17), SignOfLife], Closed),
        (&[Refused(4)], Closed),
        (&[Refused(5)], Suspect),
        (&[Refused(5), SignOfLife], Suspect),
        (&[Refused(5), Answered], Closed),
        (&[Refused(5), Accepted], Closed),
        (&[Hold, Hold, Release], Suspect),
        (&[Hold, Release], Closed),
    ] {
        let mut circuit = Circuit::new(5, &[]);
        for event in events {
            happens(&mut circuit, *event);
        }
        assert_eq!(circuit.state(), expected, "{events:?}");
    }
}

#[test]
fn outage_threshold_is_clamped_between_three_and_eight() {
    for (retries, failures) in [(0, 3), (3, 3), (5, 5), (8, 8), (50, 8)] {
        let mut circuit = Circuit::new(retries, &[MACHINE]);
        happens(&mut circuit, Fail(failures - 1));
        assert_eq!(circuit.state(), Closed, "{retries}");
        happens(&mut circuit, Fail(1));
        assert_eq!(circuit.state(), Suspect, "{retries}");
    }
}

#[test]
fn suspicion_depends_on_earlier_events() {
    for (events, attempt, expected) in [
        (&[][..], LAST, Suspicion::None),
        (&[Answered], FAILED, Suspicion::None),
        (&[Answered], LAST, Suspicion::LastAttempt),
        (&[Answered, Fail(4)], FAILED, Suspicion::Outage),
        (&[Answered, Opens, Closes], FAILED, Suspicion::Outage),
        (&[Foreign(15)], FOREIGN, Suspicion::None),
        (&[Foreign(16)], FOREIGN, Suspicion::NotTheService),
        (&[Foreign(16)], FAILED, Suspicion::None),
        (&[Answered, Foreign(3)], FOREIGN, Suspicion::None),
    ] {
        let mut circuit = Circuit::new(5, &[]);
        for event in events {
            happens(&mut circuit, *event);
        }
        let suspicion = circuit.failed(&mut CallHistory::default(), attempt);
        assert_eq!(suspicion, expected, "{events:?} {attempt:?}");
    }
}

#[test]
fn failing_machine_raises_no_suspicion_while_the_service_works() {
    let mut circuit = Circuit::new(5, &[MACHINE]);
    let mut history = CallHistory::default();
    for _ in 0..100 {
        circuit.failed(&mut history, FAILED);
        circuit.sign_of_life();
        circuit.failed(&mut history, FAILED);
    }
    assert_eq!(circuit.state(), Closed);
    assert_eq!(circuit.is_own(&history), None);
    circuit.sign_of_life();
    assert_eq!(circuit.is_own(&history), Some(true));
    circuit.open();
    assert_eq!(circuit.is_own(&history), Some(false));
}

#[test]
fn probes_rotate_over_known_machines() {
    let machine = |number| MachineId::from_bytes([number; 20]);
    let known: Vec<_> = (0..20).map(machine).collect();
    let mut circuit = Circuit::new(5, &known);
    circuit.answered(machine(100));
    let mut probed = Vec::new();
    for _ in 0..9 {
        probed.extend(circuit.known());
        circuit.probed();
    }
    let expected: Vec<_> = [100, 0, 1, 2, 3, 4, 5, 6, 100].map(machine).into();
    assert_eq!(probed, expected);
}
