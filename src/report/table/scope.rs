//! The optional data that a run has, which decides which columns appear.

use crate::{inventory::Inventory, report::Run};

/// The optional data that a run has.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that columns ask, and none follows from another"
)]
pub(in crate::report) struct Scope<'run> {
    pub(in crate::report) inventory: &'run Inventory,
    /// Whether the software inventory is known.
    pub(super) has_software: bool,
    /// Whether some answers are kept from earlier runs, or inferred from other machines.
    pub(super) has_other_sources: bool,
    /// Whether some answers are inferred from other machines.
    pub(super) has_inferred: bool,
    /// Whether a feed or a source of the answers provides CVE ids.
    pub(super) has_risk: bool,
    /// Whether the service provides the exploitability of CVEs.
    pub(super) has_exploits: bool,
    /// Whether some missing updates cover others.
    pub(super) has_covered: bool,
    /// Whether risks may be accepted.
    pub(super) has_exceptions: bool,
    /// Whether gaps may be overdue.
    pub(super) has_deadlines: bool,
}

impl<'run> Scope<'run> {
    pub(in crate::report) fn of(run: &Run<'run>) -> Self {
        let sources = run.fleet.sources;
        Self {
            has_software: run.fleet.end_of_support.is_some(),
            has_other_sources: !sources.is_all_calls(),
            has_inferred: sources.inferred > 0,
            has_risk: run.fleet.knows_cves(),
            has_exploits: run
                .fleet
                .kbs
                .iter()
                .any(|kb| kb.risk.exploitability.is_some()),
            has_covered: run.fleet.kbs.iter().any(|kb| kb.covered_on > 0),
            has_exceptions: run.fleet.policy.has_exceptions(),
            has_deadlines: run.fleet.policy.has_deadlines(),
            ..Self::of_list(run.inventory)
        }
    }

    /// The scope of a run with only its list.
    pub(in crate::report) const fn of_list(inventory: &'run Inventory) -> Self {
        Self {
            inventory,
            has_software: false,
            has_other_sources: false,
            has_inferred: false,
            has_risk: false,
            has_exploits: false,
            has_covered: false,
            has_exceptions: false,
            has_deadlines: false,
        }
    }
}
