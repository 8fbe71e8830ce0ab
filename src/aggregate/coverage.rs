//! Coverage: how much of the fleet the figures speak for.

use serde::Serialize;

use super::{MachineRow, MachineStatus};

/// How many machines answered, and what became of the others.
///
/// `answered + not_found + failed + pending` is the number of machines in the inventory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Machines with an answer.
    pub answered: u64,
    /// Those among them whose answer was there already: an earlier process got it.
    pub reused: u64,
    /// Machines that the service does not know.
    pub not_found: u64,
    /// Machines that were asked for in vain.
    pub failed: u64,
    /// Machines that were not asked for.
    pub pending: u64,
    /// Answered machines that miss something.
    pub with_gaps: u64,
    /// Answered machines that miss nothing, as far as the list does not say that they were not
    /// seen for long.
    pub clean: u64,
    /// Answered machines that miss nothing because nothing is known of them: see
    /// [`Answered::no_current_data`](super::Answered::no_current_data).
    pub no_current_data: u64,
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
        }
        let reused = machine.result.as_ref().is_ok_and(|it| it.reused);
        self.reused += u64::from(reused);
        match &machine.result {
            Ok(answered) if answered.no_current_data => self.no_current_data += 1,
            Ok(answered) if answered.missing == 0 => self.clean += 1,
            Ok(_) => self.with_gaps += 1,
            Err(_) => {}
        }
    }

    /// Machines of the inventory.
    pub const fn machines(&self) -> u64 {
        self.answered + self.not_found + self.failed + self.pending
    }

    /// Whether the figures do not speak for the fleet: something was not asked for, or too few
    /// machines answered. Every report says so where nobody can miss it.
    pub fn is_partial(&self) -> bool {
        self.pending > 0 || !is_enough(self.answered, self.machines())
    }
}

/// Below this share of answered machines, in percent, figures are called partial.
const ENOUGH: u64 = 98;

/// Whether so many answered machines are enough to speak for all of them.
pub fn is_enough(answered: u64, machines: u64) -> bool {
    u128::from(answered) * 100 >= u128::from(machines) * u128::from(ENOUGH)
}

/// What percentage of `whole` is `part`; none of nothing.
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
