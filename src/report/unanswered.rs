//! What has no answer: everything asked for that the figures do not speak of.

use super::Run;
use crate::{aggregate::MachineRow, domain::outcome::Failure, inventory::RejectedRow};

/// Something asked for that has no answer.
pub(in crate::report) enum Unanswered<'run> {
    /// A row of the list without a machine id.
    Row(&'run RejectedRow),
    /// A machine, and why it has none.
    Machine(&'run MachineRow, &'run Failure),
}

/// All of it with the lines of the list, in their order.
pub(in crate::report) fn unanswered<'run>(run: &Run<'run>) -> Vec<(u64, Unanswered<'run>)> {
    let inventory = run.inventory;
    let rejected = inventory.rejected.iter();
    let rows = rejected.map(|row| (row.line, Unanswered::Row(row)));
    let machines = run.fleet.machines.iter().filter_map(|machine| {
        let failure = machine.result.as_ref().err()?;
        let line = inventory.machines[machine.position()].line;
        Some((line.into(), Unanswered::Machine(machine, failure)))
    });
    let mut unanswered: Vec<_> = rows.chain(machines).collect();
    unanswered.sort_by_key(|(line, _)| *line);
    unanswered
}
