//! The tables of a run. Each defines its columns and the source of its rows once, for all formats.
//!
//! - [`kbs`], [`machines`], [`gaps`], [`failures`], [`changes`], [`census`], [`cross_check`],
//!   [`groups`]: one file per table. A column is a line there that defines how each format shows it
//! - `column`: the properties of a column
//! - [`cell`]: the value of a column in a row
//! - [`lines`]: the row types for machines and gaps
//! - [`names`]: the machine names in the inventory
//! - [`scope`]: the optional data of a run, which decides which columns are shown
//! - [`stamp`]: the run that a row belongs to
//! - [`mod@header`]: the names of the columns in a flat file, together with those of the inventory
//!
//! A renderer takes the [`columns`] of its target, and their cells for each row, which
//! [`for_each`](Table::for_each) reads or streams. Cells borrow their values, and their type marks
//! text from outside. Each renderer implements its own protection (the CSV guard, the page's
//! escapes, the workbook's text cells) by cell type, so that no column can omit it. All targets
//! share one column order, except for the few columns that declare `before`.

mod cell;
mod census;
mod changes;
mod column;
mod cross_check;
mod failures;
mod gaps;
mod groups;
mod header;
mod kbs;
mod lines;
mod machines;
mod names;
mod scope;
mod stamp;
#[cfg(test)]
mod tests;

use std::io;

use super::{Extras, Run};

pub(super) use self::{
    cell::Cell,
    census::Census,
    changes::Changes,
    column::{Column, DependsOn, Encoding, Kind, Target},
    cross_check::CrossCheck,
    failures::Failures,
    gaps::Gaps,
    groups::{Groups, shown_value},
    header::{ColumnName, header},
    kbs::Kbs,
    lines::{GapLine, MachineContext, MachineGaps, MachineLine, marker},
    machines::Machines,
    names::MachineNames,
    scope::Scope,
    stamp::RunStamp,
};

/// A table of a run.
pub(super) trait Table: Copy + Sync + 'static {
    /// The row type, from which the cells take their values.
    type Row<'run>;

    /// The columns in order.
    const COLUMNS: &'static [Column<Self>];

    /// The file with all of its rows.
    const FILE: &'static str;

    /// Whether the table is written for a run with these extras.
    fn is_written(_extras: Extras) -> bool {
        true
    }

    /// The number of rows.
    fn count(run: &Run<'_>) -> u64;

    /// Calls `write` with every row, in the order of CSV and JSON.
    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()>;

    /// Calls `write` with every row, in the order for people.
    fn for_people(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        Self::for_each(run, write)
    }
}

/// Writes a row of a table.
pub(super) type RowWriter<'write, T> =
    dyn for<'row> FnMut(&'row <T as Table>::Row<'row>) -> io::Result<()> + 'write;

/// The columns that the target shows, in the target's order.
pub(super) fn columns<T: Table>(target: Target, scope: Scope<'_>) -> Vec<Column<T>> {
    let all = T::COLUMNS.iter().copied();
    #[cfg(test)]
    let all = all.chain(tests::added());
    let mut columns: Vec<Column<T>> = all.filter(|it| it.is_shown(target, scope)).collect();
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
