//! The machines whose status changed since the base.

use std::collections::{HashMap, HashSet};

use super::super::{Scene, shown::text};
use crate::{
    changes::{Changes, MachineMoved},
    domain::{machine::MachineId, text::thousands},
    report::view::moved::{self, gaps, name},
};

/// The maximum number of machines to list in each group.
const LISTED: usize = 50;

/// Machines that changed in the same way.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) total: String,
    pub(super) machines: Vec<String>,
    pub(super) more: Option<String>,
}

pub(super) fn groups(scene: &Scene<'_>, changes: &Changes) -> Vec<Group> {
    let groups = moved::groups(changes);
    let names = names(scene, &groups);
    let groups = groups.iter().map(|group| {
        let total = group.machines.len();
        let more = total.saturating_sub(LISTED);
        let listed = group.machines.iter().take(LISTED);
        Group {
            name: name(group.change, &changes.base),
            total: group.total(),
            machines: listed.map(|moved| line(moved, &names)).collect(),
            more: (more > 0).then(|| thousands(more as u64)),
        }
    });
    groups.collect()
}

/// The names of the listed machines. The map of all machines would be large.
fn names(scene: &Scene<'_>, groups: &[moved::Group<'_>]) -> HashMap<MachineId, String> {
    let listed = groups.iter().flat_map(|it| it.machines.iter().take(LISTED));
    let listed: HashSet<MachineId> = listed.map(|it| it.machine).collect();
    let machines = scene.run.inventory.machines.iter().enumerate();
    let machines = machines.filter(|(_, machine)| listed.contains(&machine.id));
    machines
        .map(|(position, machine)| {
            (
                machine.id,
                text(scene.names.at(position).unwrap_or_default()),
            )
        })
        .collect()
}

fn line(moved: &MachineMoved, names: &HashMap<MachineId, String>) -> String {
    let (id, gaps) = (moved.machine, gaps(moved));
    match names.get(&id).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({id}): {gaps}"),
        None => format!("{id}: {gaps}"),
    }
}
