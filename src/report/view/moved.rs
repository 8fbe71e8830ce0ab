//! The machines whose status changed since the base, by kind of change.

use crate::{
    changes::{BaseRun, Changes, MachineChange, MachineMoved},
    domain::text::counted,
    report::view::changes::counted_apart,
};

/// The machines that changed in one way.
#[derive(Debug, Clone)]
pub(in crate::report) struct Group<'run> {
    pub(in crate::report) change: MachineChange,
    pub(in crate::report) machines: Vec<&'run MachineMoved>,
}

/// All groups in display order, even empty ones.
pub(in crate::report) fn groups(changes: &Changes) -> Vec<Group<'_>> {
    let group = |change| Group {
        change,
        machines: changes
            .moved
            .iter()
            .filter(|it| it.change == change)
            .collect(),
    };
    let order = [
        MachineChange::NewlyClean,
        MachineChange::NewlyAffected,
        MachineChange::Appeared,
        MachineChange::Left,
        MachineChange::NotAnswered,
    ];
    let mut groups: Vec<_> = order.map(group).into();
    let skipped = group(MachineChange::Skipped);
    groups.extend(Some(skipped).filter(|it| !it.machines.is_empty()));
    groups
}

impl Group<'_> {
    /// The number of machines, with the number of those that are only clean by inference.
    pub(in crate::report) fn total(&self) -> String {
        let is_inferred =
            |it: &&&MachineMoved| it.change == MachineChange::NewlyClean && it.is_inferred;
        let inferred = self.machines.iter().filter(is_inferred).count();
        counted_apart(self.machines.len() as u64, inferred as u64)
    }
}

/// The display name of a change. If both lists are the service's whole list, a machine on only one
/// of them is new in the tenant or has left it.
pub(in crate::report) const fn name(change: MachineChange, base: &BaseRun) -> &'static str {
    match change {
        MachineChange::Appeared if base.lists_tenant => "new in the tenant",
        MachineChange::Left if base.lists_tenant => "left the tenant",
        MachineChange::Skipped => "skipped now",
        MachineChange::NewlyClean => "newly fully patched",
        MachineChange::NewlyAffected => "newly affected",
        MachineChange::Appeared => "new on the list",
        MachineChange::Left => "left the list",
        MachineChange::NotAnswered => "stopped answering",
    }
}

/// The gaps that matter for this change: `3 gaps then`, or `1 gap now`.
pub(in crate::report) fn gaps(moved: &MachineMoved) -> String {
    let gaps = |count: u32| counted(count.into(), "gap", "gaps");
    match moved.change {
        MachineChange::NewlyClean
        | MachineChange::NotAnswered
        | MachineChange::Left
        | MachineChange::Skipped => {
            format!("{} then", gaps(moved.gaps_then))
        }
        MachineChange::NewlyAffected | MachineChange::Appeared => {
            format!("{} now", gaps(moved.gaps_now))
        }
    }
}
