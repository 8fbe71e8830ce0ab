//! Coverage: how much of the fleet the figures speak for.

use super::{MachineRow, MachineStatus};

/// How many machines answered, and what became of the others.
///
/// `answered + not_found + failed + pending` is the number of machines in the inventory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Answered machines that miss nothing.
    pub clean: u64,
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
            Ok(answered) if answered.missing == 0 => self.clean += 1,
            Ok(_) => self.with_gaps += 1,
            Err(_) => {}
        }
    }

    /// Machines of the inventory.
    pub const fn machines(&self) -> u64 {
        self.answered + self.not_found + self.failed + self.pending
    }
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
