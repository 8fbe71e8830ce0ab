//! Detects that the first machines all failed in the same way, so that the rest would too.

use crate::domain::outcome::{Failure, Outcome, Reason};

/// The number of first machines that must fail in the same way.
pub(crate) const FIRST_MACHINES: usize = 20;

/// The first outcomes of a run, as long as they are all the same failure.
#[derive(Debug)]
pub(crate) struct FirstOutcomes {
    kind: Option<(Reason, Option<u16>)>,
    equal_failures: usize,
    watching: bool,
}

impl FirstOutcomes {
    /// For a run of this many machines; in a run of only a few there are no calls to save.
    pub(crate) fn new(machines: usize) -> Self {
        Self {
            kind: None,
            equal_failures: 0,
            watching: machines > FIRST_MACHINES,
        }
    }

    /// Records an outcome. Returns the failure once the first 20 have all failed alike.
    pub(crate) fn record<'a>(&mut self, outcome: &'a Outcome) -> Option<&'a Failure> {
        let failure = outcome.result.as_ref().err();
        match failure.filter(|failure| self.is_alike(failure)) {
            Some(failure) if self.watching => {
                self.equal_failures += 1;
                (self.equal_failures == FIRST_MACHINES).then_some(failure)
            }
            _ => {
                self.watching = false;
                None
            }
        }
    }

    /// Records that a machine is postponed for a long time. Returns whether the first 20 have all
    /// failed alike.
    pub(crate) fn postponed(&mut self, failure: &Failure) -> bool {
        self.watching &= self.is_alike(failure);
        self.equal_failures += usize::from(self.watching);
        self.watching && self.equal_failures == FIRST_MACHINES
    }

    /// The service works: it replies, even if only that it does not know a machine.
    pub(crate) fn sign_of_life(&mut self) {
        self.watching = false;
    }

    fn is_alike(&mut self, failure: &Failure) -> bool {
        let kind = (failure.reason, failure.http_status);
        let broken = failure.reason != Reason::Pending;
        broken && *self.kind.get_or_insert(kind) == kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        answer::{Answer, Source},
        kb::MissingKbs,
        machine::MachineId,
    };

    fn failed(reason: Reason, http_status: Option<u16>) -> Outcome {
        Outcome {
            machine: MachineId::from_bytes([0; 20]),
            attempts: 6,
            times_unknown: 0,
            result: Err(Failure {
                reason,
                http_status,
                code: None,
                message: String::new(),
                correlation_id: None,
            }),
        }
    }

    fn answered() -> Outcome {
        let mut outcome = failed(Reason::Timeout, None);
        outcome.result = Ok(Answer::new(
            Source::Calls,
            jiff::Timestamp::UNIX_EPOCH,
            MissingKbs::default(),
        ));
        outcome
    }

    /// The number of outcomes recorded before it trips.
    fn trips_after(machines: usize, outcomes: impl IntoIterator<Item = Outcome>) -> Option<usize> {
        let mut first = FirstOutcomes::new(machines);
        let mut outcomes = outcomes.into_iter();
        outcomes
            .position(|outcome| first.record(&outcome).is_some())
            .map(|at| at + 1)
    }

    #[test]
    fn twenty_equal_failures_trip_it() {
        let broken = || failed(Reason::ServerError, Some(500));
        let same = || std::iter::repeat_with(broken).take(100);
        assert_eq!(trips_after(100, same()), Some(20));
        assert_eq!(trips_after(20, same()), None, "nothing left to save");

        for other in [
            answered(),
            failed(Reason::ServerError, Some(502)),
            failed(Reason::Timeout, None),
        ] {
            let outcomes = same().take(10).chain([other]).chain(same());
            assert_eq!(trips_after(100, outcomes), None);
        }
    }
}
