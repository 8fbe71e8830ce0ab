//! Outcomes in, reports' figures out: per KB, per machine, and for the fleet. Pure.
//!
//! The figures depend on the outcomes alone, never on the order in which they came.

mod action;
mod coverage;
mod kbs;
mod machines;
mod rank;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use crate::{inventory::Inventory, outcome::Outcome};

pub use action::{TopAction, top_actions};
pub use coverage::{Coverage, percent};
pub use kbs::KbRow;
pub use machines::{Answered, MachineRow, MachineStatus};
pub use rank::RankBy;

/// What is known of the fleet: everything that the reports put into files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// Every missing KB, ranked.
    pub kbs: Vec<KbRow>,
    /// Every machine of the inventory: the answered ones ranked, then the others by id.
    pub machines: Vec<MachineRow>,
    /// How many machines answered.
    pub coverage: Coverage,
    /// Pairs of a machine and a KB that it misses.
    pub gaps: u64,
    /// The CVEs that the missing KBs address, summed over all gaps: machine-times-CVE, an
    /// upper bound, because KBs overlap.
    pub exposure: u64,
}

/// Turns the outcomes of an inventory's machines into figures.
///
/// A machine without an outcome is pending, an outcome of a machine outside the
/// inventory counts for nothing, and of several outcomes of one machine the best counts:
/// an answer before a failure, then the later one.
pub fn aggregate(inventory: &Inventory, outcomes: Vec<Outcome>, rank_by: RankBy) -> Fleet {
    let mut machines = machines::rows(inventory, outcomes);
    let mut kbs = kbs::rows(&machines);
    machines::rank(&mut machines);
    kbs::rank(&mut kbs, rank_by);
    Fleet {
        coverage: Coverage::of(&machines),
        gaps: kbs.iter().map(|kb| kb.machines_missing).sum(),
        exposure: kbs
            .iter()
            .fold(0, |sum, kb| sum.saturating_add(kb.exposure)),
        kbs,
        machines,
    }
}

impl Fleet {
    /// The machines in the order of their ids, as reports of the long form list them.
    pub fn machines_by_id(&self) -> Vec<&MachineRow> {
        let mut machines: Vec<&MachineRow> = self.machines.iter().collect();
        machines.sort_unstable_by_key(|machine| machine.id);
        machines
    }

    /// The KBs from the largest exposure down; ties by machines, then by id.
    fn kbs_by_exposure(&self) -> Vec<&KbRow> {
        let mut kbs: Vec<&KbRow> = self.kbs.iter().collect();
        kbs.sort_unstable_by_key(|kb| {
            (
                Reverse(kb.exposure),
                Reverse(kb.machines_missing),
                kb.id.clone(),
            )
        });
        kbs
    }
}
