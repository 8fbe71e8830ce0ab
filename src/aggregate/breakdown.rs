//! The figures of groups of machines: by device group, platform and tag.

use std::{borrow::Cow, cmp::Reverse, collections::HashMap};

use serde::Serialize;

use super::MachineRow;
use crate::inventory::{GroupBy, Inventory};

/// The figures of the machines that share a value in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// What the machines are grouped by.
    pub by: GroupBy,
    /// The value; empty for machines without one.
    pub value: String,
    /// Their figures.
    #[serde(flatten)]
    pub figures: GroupFigures,
}

/// The figures of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupFigures {
    /// The number of machines, including skipped ones and those without an answer.
    pub machines: u64,
    /// The number of machines with an answer.
    pub answered: u64,
    /// The number of answered machines that miss no KB, as in [`Coverage::clean`](super::Coverage::clean).
    pub fully_patched: u64,
    /// The number of answered machines that miss no KB because their Windows version no longer gets updates, as
    /// in [`Coverage::unsupported`](super::Coverage::unsupported).
    pub unsupported: u64,
    /// The number of gaps.
    pub gaps: u64,
    /// The CVEs addressed by the missing KBs, summed over the gaps.
    pub exposure: u64,
}

impl GroupFigures {
    fn count(&mut self, machine: &MachineRow) {
        self.machines += 1;
        let Ok(answered) = &machine.result else {
            return;
        };
        self.answered += 1;
        self.fully_patched += u64::from(answered.is_fully_patched());
        self.unsupported += u64::from(answered.is_unsupported());
        self.gaps += u64::from(answered.missing);
        self.exposure = self.exposure.saturating_add(answered.cve_addressed);
    }
}

/// All groups of these machines, including skipped ones: device groups, platforms and tags, each by the
/// number of machines in descending order, then by value. If the list has no such column, there are none. A
/// machine with several tags is in several groups.
pub(super) fn breakdown(
    inventory: &Inventory,
    machines: &[MachineRow],
    skipped: &[MachineRow],
) -> Vec<Group> {
    let columns = GroupBy::ALL.iter().filter_map(|by| {
        let column = by.column(&inventory.columns)?;
        Some((*by, column))
    });
    let groups = columns.flat_map(|(by, column)| {
        let mut groups = HashMap::<Cow<'_, str>, GroupFigures>::new();
        for machine in machines.iter().chain(skipped) {
            let cell = inventory.row(machine.position()).nth(column);
            for value in by.values(cell.unwrap_or_default()) {
                groups.entry(value).or_default().count(machine);
            }
        }
        sorted(by, groups)
    });
    groups.collect()
}

fn sorted(by: GroupBy, groups: HashMap<Cow<'_, str>, GroupFigures>) -> Vec<Group> {
    let groups = groups.into_iter().map(|(value, figures)| Group {
        by,
        value: value.into_owned(),
        figures,
    });
    let mut groups: Vec<Group> = groups.collect();
    groups.sort_unstable_by(|one, other| {
        let machines = |group: &Group| Reverse(group.figures.machines);
        let order = machines(one).cmp(&machines(other));
        order.then_with(|| one.value.cmp(&other.value))
    });
    groups
}
