//! Coverage: the share of the fleet that the figures are based on.

use serde::Serialize;

use super::{MachineRow, MachineStatus};

/// How many machines answered, and the status of the others.
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
    /// The number of answered machines that miss no KB, unless the list says that they have not
    /// been seen for a long time.
    pub clean: u64,
    /// The number of answered machines whose answer is empty because there is no current data: see
    /// [`Answered::has_no_current_data`](super::Answered::has_no_current_data).
    pub no_current_data: u64,
    /// The number of answered machines whose answer is empty because their Windows gets no more
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

/// Below this percentage of answered machines, figures are called partial.
const ENOUGH: u64 = 98;

/// Whether this many answered machines are enough to represent all of them.
pub fn is_enough(answered: u64, machines: u64) -> bool {
    u128::from(answered) * 100 >= u128::from(machines) * u128::from(ENOUGH)
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
