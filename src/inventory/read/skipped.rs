//! Separates the machines that the list itself says to skip.

use crate::{
    domain::skip_reason::SkipReason,
    inventory::{
        columns::machine_names::plain_names,
        error::Problem,
        list::{Inventory, Skipped, SkippedMachine},
    },
};

/// The name of the column with the reasons, in lower case.
const COLUMN: &str = "skippedbecause";

/// Moves the machines with a reason in the column `skippedBecause` to [`Inventory::skipped`], and removes
/// that column.
pub(super) fn set_aside(list: &mut Inventory) -> Result<(), Problem> {
    let names = plain_names(&list.columns);
    let Some(column) = names.iter().position(|name| name == COLUMN) else {
        return Ok(());
    };
    list.columns.remove(column);
    let mut reasons = Vec::with_capacity(list.machines.len());
    let cells = list.cells.take_out(column, |cell| {
        reasons.push(SkipReason::of_cell(cell));
        reasons.last().is_some_and(Option::is_some)
    });
    let rows = list.machines.iter().zip(&reasons);
    let machines = rows.filter_map(|(&listed, &reason)| {
        Some(SkippedMachine {
            listed,
            reason: reason?,
        })
    });
    list.skipped = Skipped {
        machines: machines.collect(),
        cells,
    };
    let mut reasons = reasons.into_iter();
    list.machines.retain(|_| reasons.next().flatten().is_none());
    if list.machines.is_empty() {
        return Err(Problem::AllSkipped(list.listed()));
    }
    Ok(())
}
