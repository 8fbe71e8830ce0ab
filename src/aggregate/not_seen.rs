//! Marks empty answers of machines that, according to the list, have not been seen for a long time.

use jiff::Timestamp;

use super::{MachineRow, machines::AnswerState};
use crate::inventory::{Inventory, Unread};

/// Marks the empty answers without current data, based on the list's last-seen values. Returns the
/// last-seen values of the other machines with an empty answer that could not be parsed: these
/// machines count as clean, but may be silent.
pub(super) fn mark(
    machines: &mut [MachineRow],
    inventory: &Inventory,
    now: Timestamp,
) -> Option<Unread> {
    let column = inventory.last_seen_column()?;
    let last_seen = inventory.last_seen(now)?;
    let mut unparsed = Vec::new();
    for machine in machines {
        let position = machine.position();
        let cell = inventory.cells.row(position).nth(column);
        let (Ok(answered), Some(cell)) = (&mut machine.result, cell) else {
            continue;
        };
        if answered.missing == 0 {
            if last_seen.was_silent(cell, answered.answered_at()) {
                answered.state = AnswerState::NoCurrentData;
            }
            unparsed.extend(last_seen.is_unread(cell).then_some(position));
        }
    }
    // The example is the first one in the list, regardless of the order of the machines.
    unparsed.sort_unstable();
    let cells = unparsed.into_iter();
    last_seen.unread(cells.filter_map(|position| inventory.cells.row(position).nth(column)))
}
