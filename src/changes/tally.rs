//! How many gaps and machines changed in which way.

use super::{Change, MachineChange};

/// Gaps by class. `resolved + replaced + still_missing + not_answered + out_of_scope` are the
/// base's; `new + replaced + still_missing + returned + appeared` are today's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// See [`Change::New`].
    pub new: u64,
    /// See [`Change::Resolved`].
    pub resolved: u64,
    /// See [`Change::Replaced`].
    pub replaced: u64,
    /// In both answers.
    pub still_missing: u64,
    /// See [`Change::Returned`].
    pub returned: u64,
    /// See [`Change::NotAnswered`].
    pub not_answered: u64,
    /// See [`Change::OutOfScope`].
    pub out_of_scope: u64,
    /// See [`Change::Appeared`].
    pub appeared: u64,
}

impl Tally {
    /// The gaps of the base.
    pub const fn base_gaps(&self) -> u64 {
        self.resolved + self.replaced + self.still_missing + self.not_answered + self.out_of_scope
    }

    /// The gaps of today.
    pub const fn gaps_today(&self) -> u64 {
        self.new + self.replaced + self.still_missing + self.returned + self.appeared
    }

    pub(super) fn count(&mut self, change: Change, gaps: u64) {
        let class = match change {
            Change::New => &mut self.new,
            Change::Resolved => &mut self.resolved,
            Change::Replaced => &mut self.replaced,
            Change::Returned => &mut self.returned,
            Change::NotAnswered => &mut self.not_answered,
            Change::OutOfScope => &mut self.out_of_scope,
            Change::Appeared => &mut self.appeared,
        };
        *class += gaps;
    }
}

/// Machines by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MachineTally {
    /// See [`MachineChange::NewlyClean`].
    pub newly_clean: u64,
    /// See [`MachineChange::NewlyAffected`].
    pub newly_affected: u64,
    /// See [`MachineChange::Appeared`].
    pub appeared: u64,
    /// See [`MachineChange::Left`].
    pub left: u64,
    /// See [`MachineChange::NotAnswered`].
    pub not_answered: u64,
}

impl MachineTally {
    pub(super) fn count(&mut self, change: MachineChange) {
        let class = match change {
            MachineChange::NewlyClean => &mut self.newly_clean,
            MachineChange::NewlyAffected => &mut self.newly_affected,
            MachineChange::Appeared => &mut self.appeared,
            MachineChange::Left => &mut self.left,
            MachineChange::NotAnswered => &mut self.not_answered,
        };
        *class += 1;
    }
}
