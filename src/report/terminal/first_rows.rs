//! The first rows of a table of the run.

use super::table::{Column, lines};
use crate::report::{
    Run,
    plain::plain,
    table::{Kind, Scope, Table, Target, columns},
};

/// The lines of the first rows. Empty if there are no rows.
pub(super) fn first_rows<'row, T: Table>(
    run: &Run<'_>,
    rows: &'row [T::Row<'row>],
    width: u16,
) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = columns::<T>(Target::Terminal, Scope::of(run));
    let rows = rows.iter().map(|row| {
        let cells = columns.iter().map(|it| (it.value)(row).for_people(plain));
        cells.collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let list = run.inventory;
    let names = list.name_column().map(|at| &*list.columns[at]);
    let columns = columns.iter().map(|column| {
        let heading = column.terminal.or(names).unwrap_or_default();
        match column.kind {
            kind if kind.is_number() => Column::number(heading),
            Kind::List | Kind::Text => Column::gives_way(heading),
            _ => Column::text(heading),
        }
    });
    lines(&columns.collect::<Vec<_>>(), &rows, width)
}
