//! Which empty answers mean nothing: those of machines that the list says were not seen for long.

use super::{Answered, MachineRow};
use crate::inventory::{Inventory, was_silent};

/// Marks the answers that mean nothing, as far as the list says when its machines were last seen.
pub(super) fn mark(machines: &mut [MachineRow], inventory: &Inventory) {
    let Some(column) = inventory.last_seen_column() else {
        return;
    };
    for machine in machines {
        let mut cells = inventory.cells.row(machine.position());
        if let Ok(answered) = &mut machine.result {
            answered.no_current_data = cells.nth(column).is_some_and(|it| is_old(answered, it));
        }
    }
}

fn is_old(answered: &Answered, last_seen: &str) -> bool {
    answered.missing == 0 && was_silent(last_seen, answered.answered_at())
}
