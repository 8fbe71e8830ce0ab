//! The optional data that a run has, which decides which columns appear.

use crate::{aggregate::Fleet, inventory::Inventory, report::Run};

/// The optional data that a run has.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Scope<'run> {
    inventory: &'run Inventory,
    /// `None` for a run with only its list.
    fleet: Option<&'run Fleet>,
}

/// What a run must have for a column to appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Missing updates that cover others.
    Covered,
    /// Deadlines.
    Deadlines,
    /// A file of exceptions.
    Exceptions,
    /// The exploitability of CVEs, which the service provides.
    Exploits,
    /// Answers that are inferred from other machines.
    Inferred,
    /// A list without the machines' names under the name of our column.
    NamesUnlisted,
    /// A list that names its machines.
    Named,
    /// Answers that are kept from earlier runs, or inferred.
    OtherSources,
    /// Rejected rows of the list.
    Rejected,
    /// CVE ids, which a feed or a source of the answers provides.
    Risk,
    /// Machines of the list that are skipped.
    Skipped,
    /// The software inventory.
    Software,
}

impl<'run> Scope<'run> {
    pub(in crate::report) const fn of(run: &Run<'run>) -> Self {
        Self {
            inventory: run.inventory,
            fleet: Some(run.fleet),
        }
    }

    /// The scope of a run with only its list: what every run has.
    #[cfg(any(test, feature = "parquet"))]
    pub(in crate::report) const fn of_list(inventory: &'run Inventory) -> Self {
        Self {
            inventory,
            fleet: None,
        }
    }

    pub(super) fn has(self, condition: Condition) -> bool {
        let list = self.inventory;
        let fleet = |has: fn(&Fleet) -> bool| self.fleet.is_some_and(has);
        match condition {
            Condition::Covered => fleet(|it| it.kbs.iter().any(|kb| kb.covered_on > 0)),
            Condition::Deadlines => fleet(|it| it.policy.has_deadlines()),
            Condition::Exceptions => fleet(|it| it.policy.has_exceptions()),
            Condition::Exploits => {
                fleet(|it| it.kbs.iter().any(|kb| kb.risk.exploitability.is_some()))
            }
            Condition::Inferred => fleet(|it| it.sources.inferred > 0),
            Condition::NamesUnlisted => !list.lists_machine_name(),
            Condition::Named => list.name_column().is_some(),
            Condition::OtherSources => fleet(|it| !it.sources.is_all_calls()),
            Condition::Rejected => !list.rejected.is_empty(),
            Condition::Risk => fleet(Fleet::knows_cves),
            Condition::Skipped => !list.skipped.machines.is_empty(),
            Condition::Software => fleet(|it| it.end_of_support.is_some()),
        }
    }
}
