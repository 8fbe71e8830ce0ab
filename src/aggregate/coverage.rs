//! Coverage: the share of the fleet that the figures are based on.

use serde::Serialize;

use super::{MachineRow, MachineStatus};

/// The number of machines that answered, and the status of the others.
///
/// `answered + not_found + failed + pending` is the number of machines in the inventory, and
/// `with_gaps + clean + no_current_data + unsupported` that of the answered ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// The number of machines with an answer.
    pub answered: u64,
    /// The number of answered machines whose answer an earlier process had already fetched.
    pub reused: u64,
    /// The number of machines that the service does not know.
    pub not_found: u64,
    /// The number of machines whose requests failed.
    pub failed: u64,
    /// The number of machines that were not requested.
    pub pending: u64,
    /// The number of answered machines that miss at least one KB.
    pub with_gaps: u64,
    /// The number of answered machines that miss no KB, unless the list shows that they have not been seen
    /// for a long time.
    pub clean: u64,
    /// The number of answered machines whose answer is empty because there is no current data: see
    /// [`Answered::has_no_current_data`](super::Answered::has_no_current_data).
    pub no_current_data: u64,
    /// The number of answered machines whose answer is empty because their Windows version no longer gets
    /// updates; 0 without the software inventory.
    pub unsupported: u64,
}

impl Coverage {
    pub(super) fn of(machines: &[MachineRow]) -> Self {
        let mut coverage = Self::default();
        for machine in machines {
            coverage.count(machine);
        }
        coverage
    }

    fn count(&mut self, machine: &MachineRow) {
        match machine.status() {
            MachineStatus::Answered => self.answered += 1,
            MachineStatus::NotFound => self.not_found += 1,
            MachineStatus::Failed => self.failed += 1,
            MachineStatus::Pending => self.pending += 1,
            MachineStatus::Skipped => {}
        }
        let reused = machine.result.as_ref().is_ok_and(|it| it.reused);
        self.reused += u64::from(reused);
        match &machine.result {
            Ok(answered) if answered.is_unsupported() => self.unsupported += 1,
            Ok(answered) if answered.has_no_current_data() => self.no_current_data += 1,
            Ok(answered) if answered.is_fully_patched() => self.clean += 1,
            Ok(_) => self.with_gaps += 1,
            Err(_) => {}
        }
    }

    /// The number of machines in the inventory.
    pub const fn machines(&self) -> u64 {
        self.answered + self.not_found + self.failed + self.pending
    }

    /// Whether too few machines answered for the figures to represent the fleet. Every report says so
    /// prominently.
    pub fn is_partial(&self) -> bool {
        !is_enough(self.answered, self.machines())
    }
}

/// Below this percentage of answered machines, the figures are partial.
const MIN_ANSWERED_PERCENT: u64 = 98;

/// Whether this many answered machines are enough to represent all of them.
pub fn is_enough(answered: u64, machines: u64) -> bool {
    u128::from(answered) * 100 >= u128::from(machines) * u128::from(MIN_ANSWERED_PERCENT)
}

/// `part` as a percentage of `whole`; 0 if `whole` is 0.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts beyond 2^53 lose digits that no percentage shows"
)]
pub fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    100.0 * part as f64 / whole as f64
}

/// A part of a whole, shown as a percentage with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

/// From this percentage on, one decimal shows `100.0`.
const ROUNDS_TO_100: f64 = 99.95;
/// The largest percentage with one decimal below 100.
const MAX_BELOW_100: f64 = 99.9;

impl Share {
    /// The percentage; 0 if the whole is 0.
    pub fn percent(self) -> f64 {
        percent(self.part, self.whole)
    }

    /// The percentage for display: less than the whole is never shown as 100.0.
    pub fn for_people(self) -> f64 {
        match self.percent() {
            ROUNDS_TO_100.. if self.part < self.whole => MAX_BELOW_100,
            percent => percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_the_whole_is_never_shown_as_100_percent() {
        for (part, whole, for_programs, for_people) in [
            (0, 0, "0.0", "0.0"),
            (2, 3, "66.7", "66.7"),
            (9_994, 10_000, "99.9", "99.9"),
            (9_995, 10_000, "100.0", "99.9"),
            (9_996, 10_000, "100.0", "99.9"),
            (99_999, 100_000, "100.0", "99.9"),
            (10_000, 10_000, "100.0", "100.0"),
        ] {
            let share = Share { part, whole };
            assert_eq!(format!("{:.1}", share.percent()), for_programs);
            assert_eq!(format!("{:.1}", share.for_people()), for_people);
        }
    }
}
