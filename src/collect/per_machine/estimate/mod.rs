//! Estimates the number of remaining calls from the run so far.

mod backoffs;
mod latency;
mod retry_stats;

use std::time::Duration;

use self::retry_stats::seconds;
pub(super) use self::{backoffs::Backoffs, latency::Latency, retry_stats::RetryStats};

/// The estimate assumes this many additional machines without failures, so that the first failure is not
/// taken as the rule.
const WELL_BEHAVED: u64 = 50;
/// Maximum number of calls expected for one machine.
const MAX_CALLS_PER_MACHINE: u64 = 6;

/// The progress of collecting, as input of the estimate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ProgressSnapshot {
    /// The number of machines of the run.
    pub(super) fleet: u64,
    /// The number of machines that still have no result in the current pass.
    pub(super) machines: u64,
    /// The number of calls in flight for them.
    pub(super) in_flight: u64,
    /// The number of calls that got a reply.
    pub(super) replies: u64,
    /// The number of replies that gave a result for a machine: an answer, a final failure, or that
    /// it is unknown.
    pub(super) findings: u64,
    /// The number of unknown machines.
    pub(super) unknown: u64,
    /// The number of later calls for them, if they stay unknown.
    pub(super) late: u64,
    /// The number of late passes after the current pass.
    pub(super) passes: u64,
    /// Whether the current pass is a late one.
    pub(super) is_late: bool,
}

impl ProgressSnapshot {
    /// The number of calls still to be sent: for machines not requested yet, the retries they need
    /// if they behave like those before, and the late passes. `calls_each` is the mean number of
    /// calls per machine, by their failure rate.
    pub(super) fn calls_left(self, calls_each: f64) -> u64 {
        let machines = self.machines + self.late();
        let each = |calls| machines * calls / (self.findings + WELL_BEHAVED);
        let calls = each(self.replies + WELL_BEHAVED).max(times(machines, calls_each));
        let most = machines.saturating_mul(MAX_CALLS_PER_MACHINE);
        calls.clamp(machines, most).saturating_sub(self.in_flight)
    }

    /// How long the remaining machines take, given the seconds per machine and the number of concurrent
    /// calls.
    #[expect(clippy::cast_precision_loss, reason = "an estimate of a span of time")]
    pub(super) fn takes(self, in_progress: f64, at_once: u64) -> Duration {
        seconds(in_progress * self.machines as f64 / at_once.max(1) as f64)
    }

    /// Whether machines will be requested again after all others.
    pub(super) fn has_late(self) -> bool {
        self.late() > 0
    }

    /// The number of calls in late passes, assuming that unknown machines stay unknown.
    fn late(self) -> u64 {
        if self.is_late {
            return self.late + self.machines * self.passes;
        }
        let more = self.machines * self.unknown / (self.findings + WELL_BEHAVED);
        if too_many(self.unknown + more, self.fleet) {
            return 0;
        }
        self.late + more * self.passes
    }
}

/// Multiplies a count by a factor.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate of a number of calls"
)]
fn times(machines: u64, factor: f64) -> u64 {
    (machines as f64 * factor).round() as u64
}

/// Whether more than a fifth of the fleet is unknown: then the list or the tenant is wrong.
pub(super) fn too_many(unknown: u64, fleet: u64) -> bool {
    unknown * 5 > fleet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_the_middle() -> ProgressSnapshot {
        ProgressSnapshot {
            fleet: 2000,
            machines: 1000,
            replies: 1000,
            findings: 1000,
            passes: 2,
            ..ProgressSnapshot::default()
        }
    }

    #[test]
    fn each_machine_takes_one_call_without_failures() {
        assert_eq!(in_the_middle().calls_left(1.0), 1000);
    }

    #[test]
    fn calls_in_flight_are_not_counted_again() {
        let snapshot = ProgressSnapshot {
            in_flight: 8,
            ..in_the_middle()
        };
        assert_eq!(snapshot.calls_left(1.0), 992);
        let last = ProgressSnapshot {
            machines: 8,
            ..snapshot
        };
        assert_eq!(last.calls_left(1.0), 0);
    }

    #[test]
    fn retries_are_expected_at_the_rate_seen_so_far() {
        for (replies, expected) in [(1020, 1019), (2000, 1952), (1_000_000, 6000)] {
            let snapshot = ProgressSnapshot {
                replies,
                ..in_the_middle()
            };
            assert_eq!(snapshot.calls_left(1.0), expected);
        }
        let first = ProgressSnapshot {
            replies: 1,
            findings: 0,
            ..in_the_middle()
        };
        assert_eq!(
            first.calls_left(1.0),
            1020,
            "one machine is too few to judge by"
        );
    }

    #[test]
    fn retries_are_expected_before_the_first_outcome() {
        let first = ProgressSnapshot {
            replies: 30,
            findings: 0,
            ..in_the_middle()
        };
        for (calls_each, expected) in [(1.0, 1600), (1.2, 1600), (2.5, 2500), (9.0, 6000)] {
            assert_eq!(first.calls_left(calls_each), expected);
        }
    }

    #[test]
    fn late_passes_are_expected() {
        let first_pass = ProgressSnapshot {
            unknown: 21,
            late: 42,
            ..in_the_middle()
        };
        assert_eq!(first_pass.calls_left(1.0), 1000 + 42 + 2 * 20);
        let late_pass = ProgressSnapshot {
            machines: 30,
            unknown: 10,
            late: 10,
            passes: 1,
            is_late: true,
            ..in_the_middle()
        };
        assert_eq!(late_pass.calls_left(1.0), 2 * 30 + 10);
    }

    #[test]
    fn no_late_pass_is_expected_for_a_wrong_list() {
        let snapshot = ProgressSnapshot {
            unknown: 300,
            late: 600,
            ..in_the_middle()
        };
        assert_eq!(snapshot.calls_left(1.0), 1000);
    }
}
