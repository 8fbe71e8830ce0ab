//! The machines whose status changed since the base.

use std::collections::HashMap;

use super::super::{Scene, shown::text};
use crate::{
    changes::{Changes, MachineChange, MachineMoved},
    domain::{
        machine::MachineId,
        text::{counted, thousands},
    },
};

/// The maximum number of machines to list in each group.
const LISTED: usize = 50;

/// Machines that changed in the same way.
pub(super) struct Group {
    pub(super) heading: &'static str,
    pub(super) total: String,
    pub(super) machines: Vec<String>,
    pub(super) more: Option<String>,
}

const HEADINGS: [(MachineChange, &str); 5] = [
    (MachineChange::NewlyClean, "Newly clean"),
    (MachineChange::NewlyAffected, "Newly affected"),
    (MachineChange::Appeared, "New in the list"),
    (MachineChange::Left, "Left the list"),
    (
        MachineChange::NotAnswered,
        "Not answered, and answered then",
    ),
];

pub(super) fn groups(scene: &Scene<'_>, changes: &Changes) -> Vec<Group> {
    let of = |change| changes.moved.iter().filter(move |it| it.change == change);
    let listed = HEADINGS
        .iter()
        .flat_map(|(change, _)| of(*change).take(LISTED));
    let names = names(scene, listed.map(|moved| (moved.machine, None)).collect());
    let groups = HEADINGS.iter().map(|&(change, heading)| {
        let total = of(change).count();
        let more = total.saturating_sub(LISTED);
        Group {
            heading,
            total: thousands(total as u64),
            machines: of(change)
                .take(LISTED)
                .map(|moved| told(moved, names.get(&moved.machine).cloned().flatten()))
                .collect(),
            more: (more > 0).then(|| thousands(more as u64)),
        }
    });
    groups.collect()
}

/// The names of these machines, for those that are on the list.
fn names(
    scene: &Scene<'_>,
    mut wanted: HashMap<MachineId, Option<String>>,
) -> HashMap<MachineId, Option<String>> {
    for (position, machine) in scene.run.inventory.machines.iter().enumerate() {
        if let Some(name) = wanted.get_mut(&machine.id) {
            *name = Some(text(scene.names.at(position))).filter(|name| !name.is_empty());
        }
    }
    wanted
}

fn told(moved: &MachineMoved, name: Option<String>) -> String {
    let machine = match name {
        Some(name) => format!("{name} ({})", moved.machine),
        None => moved.machine.to_string(),
    };
    let then = counted(moved.gaps_then.into(), "gap", "gaps");
    let now = counted(moved.gaps_now.into(), "gap", "gaps");
    match moved.change {
        MachineChange::NewlyClean | MachineChange::NotAnswered | MachineChange::Left => {
            format!("{machine}: {then} then")
        }
        MachineChange::NewlyAffected | MachineChange::Appeared => format!("{machine}: {now} now"),
    }
}
