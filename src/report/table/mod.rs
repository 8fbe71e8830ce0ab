//! The tables of a run, each said once: its columns, and where its rows come from.
//!
//! - [`kbs`], [`machines`], [`gaps`], [`failures`], [`changes`]: a file for each table; a column is
//!   one line there, which says how each format shows it
//! - `column`: what a column can say of itself
//! - [`cell`]: the value of a column in a row
//! - [`lines`]: a machine and a gap, as cells take their values from
//! - [`names`]: the names that the inventory has for its machines
//!
//! A renderer takes the [`columns`] of its target, and for each row, which
//! [`for_each`](Table::for_each) reads or streams, their cells. Cells borrow, and know whether
//! their text is from outside: what a format does to be safe against that (the CSV guard, the
//! page's escapes, the workbook's text cells) stands in its renderer and hangs on the type of the
//! cell, so that no column can forget it. The order of the columns is the same everywhere, but
//! for the few that say `before`.

mod cell;
mod changes;
mod column;
mod failures;
mod gaps;
mod kbs;
mod lines;
mod machines;
mod names;
#[cfg(test)]
mod tests;

use std::io;

use super::Run;
use crate::inventory::Inventory;

pub(super) use self::{
    cell::Cell,
    changes::Changes,
    column::{Column, Encoding, Kind, Target},
    failures::Failures,
    gaps::Gaps,
    kbs::Kbs,
    lines::{GapLine, MachineLine},
    machines::Machines,
    names::MachineNames,
};

/// A table of a run.
pub(super) trait Table: Copy + Sync + 'static {
    /// What the cells of a row are made from.
    type Row<'run>;

    /// Its columns, in their order.
    const COLUMNS: &'static [Column<Self>];

    /// Its CSV file.
    const CSV: &'static str;

    /// Whether there is nothing to write without an earlier run to compare with.
    const NEEDS_BASE: bool = false;

    /// How many rows it has.
    fn count(run: &Run<'_>) -> u64;

    /// Hands over every row, in their order.
    fn for_each(
        run: &Run<'_>,
        write: &mut dyn for<'row> FnMut(&'row Self::Row<'row>) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// The columns of a table that the target shows, in its order.
pub(super) fn columns<T: Table>(target: Target, inventory: &Inventory) -> Vec<Column<T>> {
    let all = T::COLUMNS.iter().copied();
    #[cfg(test)]
    let all = all.chain(tests::added());
    let mut columns: Vec<Column<T>> = all.filter(|it| it.is_shown(target, inventory)).collect();
    for at in 0..columns.len() {
        let before = columns[at].before.filter(|it| it.0 == target);
        let place = |(_, key)| columns.iter().position(|it| it.key == key);
        if let Some(place) = before.and_then(place)
            && place < at
        {
            columns[place..=at].rotate_right(1);
        }
    }
    columns
}
