//! The columns of a lake.

use crate::{
    inventory::Inventory,
    report::table::{self, Column, Kind, Table, Target},
};

/// The column that is the name of a folder.
const DATE: &str = "date";

/// The columns of a table, the same for every list and run.
pub(super) fn lake_columns<T: Table>() -> Vec<Column<T>> {
    let no_list = Inventory::default();
    let columns = table::columns::<T>(Target::Csv, table::Scope::of_list(&no_list));
    let columns = columns.into_iter();
    let columns = columns.filter(|it| it.kind != Kind::Inventory && it.key != DATE);
    columns.collect()
}
