//! Which empty answers mean nothing: those of machines that the list says were not seen for long.

use jiff::Timestamp;

use super::{Answered, MachineRow};
use crate::inventory::{Inventory, Unread};

/// Marks the answers that mean nothing, as far as the list says when its machines were last seen.
/// Returns what it says of the others with an empty answer that is not understood: they count as
/// clean, and may be silent.
pub(super) fn mark(
    machines: &mut [MachineRow],
    inventory: &Inventory,
    now: Timestamp,
) -> Option<Unread> {
    let column = inventory.last_seen_column()?;
    let last_seen = inventory.last_seen(now)?;
    let mut in_doubt = Vec::new();
    for machine in machines {
        let position = machine.position();
        let cell = inventory.cells.row(position).nth(column);
        let (Ok(answered), Some(cell)) = (&mut machine.result, cell) else {
            continue;
        };
        if answered.missing == 0 {
            mark_one(answered, |at| last_seen.was_silent(cell, at));
            in_doubt.extend(last_seen.is_unread(cell).then_some(position));
        }
    }
    // The example is the first of the list, whatever the order of the machines.
    in_doubt.sort_unstable();
    let cells = in_doubt.into_iter();
    last_seen.unread(cells.filter_map(|position| inventory.cells.row(position).nth(column)))
}

fn mark_one(answered: &mut Answered, was_silent: impl FnOnce(Timestamp) -> bool) {
    answered.no_current_data = was_silent(answered.answered_at());
}
