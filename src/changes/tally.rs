//! How many gaps and machines changed in which way.

use super::{Change, MachineChange};

/// Gaps by class, or what they add to the exposure. `resolved + replaced + still_missing +
/// not_answered + out_of_scope` are the base's; `new + replaced + still_missing + returned +
/// appeared` are today's.
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
    /// Those of the base.
    pub const fn of_base(&self) -> u64 {
        self.resolved + self.replaced + self.still_missing + self.not_answered + self.out_of_scope
    }

    /// Those of today.
    pub const fn of_today(&self) -> u64 {
        self.new + self.replaced + self.still_missing + self.returned + self.appeared
    }

    pub(super) fn count(&mut self, change: Change, amount: u64) {
        let class = match change {
            Change::New => &mut self.new,
            Change::Resolved => &mut self.resolved,
            Change::Replaced => &mut self.replaced,
            Change::Returned => &mut self.returned,
            Change::NotAnswered => &mut self.not_answered,
            Change::OutOfScope => &mut self.out_of_scope,
            Change::Appeared => &mut self.appeared,
        };
        *class = class.saturating_add(amount);
    }
}

/// What the gaps of each class add to the exposure. A newer KB in an older one's place addresses
/// another number of CVEs, and so may a gap that is still there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The base's gaps, as they were then.
    pub then: Tally,
    /// Today's.
    pub now: Tally,
}

impl Exposure {
    pub(super) fn still(&mut self, then: u64, now: u64) {
        let counts = [(&mut self.then, then), (&mut self.now, now)];
        for (tally, amount) in counts {
            tally.still_missing = tally.still_missing.saturating_add(amount);
        }
    }

    /// What each class did to the exposure since the base, in the order in which people read
    /// them: together the difference between both runs.
    pub fn differences(&self) -> [(&'static str, i128); 8] {
        let of =
            |class: fn(&Tally) -> u64| i128::from(class(&self.now)) - i128::from(class(&self.then));
        [
            ("resolved", of(|it| it.resolved)),
            ("new", of(|it| it.new)),
            ("replaced", of(|it| it.replaced)),
            ("returned", of(|it| it.returned)),
            ("still missing", of(|it| it.still_missing)),
            ("not answered", of(|it| it.not_answered)),
            ("out of scope", of(|it| it.out_of_scope)),
            ("appeared", of(|it| it.appeared)),
        ]
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
    /// Those among them with an answer that means nothing.
    pub silent: u64,
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
