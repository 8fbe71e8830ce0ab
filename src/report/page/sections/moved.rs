//! The machines whose status changed since the base.

use super::super::{Scene, shown::text};
use crate::{
    changes::{Changes, MachineMoved},
    domain::text::thousands,
    report::{
        table::MachineNames,
        view::moved::{self, gaps, name},
    },
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
    let groups = groups.iter().map(|group| {
        let total = group.machines.len();
        let more = total.saturating_sub(LISTED);
        let listed = group.machines.iter().take(LISTED);
        Group {
            name: name(group.change, &changes.base),
            total: group.total(),
            machines: listed.map(|moved| line(moved, &scene.names)).collect(),
            more: (more > 0).then(|| thousands(more as u64)),
        }
    });
    groups.collect()
}

fn line(moved: &MachineMoved, names: &MachineNames<'_>) -> String {
    let (id, gaps) = (moved.machine, gaps(moved));
    let name = names.of_machine(id).map(text);
    match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({id}): {gaps}"),
        None => format!("{id}: {gaps}"),
    }
}
