//! The headers of the CSV files, so that a download has the same.

use serde::Serialize;

use crate::report::{
    Run,
    table::{ColumnName, Failures, Kbs, Kind, Machines, Scope, Table, Target, columns, header},
};

/// The columns of the CSV files that the page's tables are saved as.
#[derive(Debug, Serialize)]
pub(super) struct CsvHeaders {
    kbs: Vec<CsvColumn>,
    machines: Vec<CsvColumn>,
    failures: Vec<CsvColumn>,
}

/// A column, or all columns of the list.
#[derive(Debug, Serialize)]
struct CsvColumn {
    key: &'static str,
    /// Its name in the file; empty for the columns of the list, which have their own.
    name: String,
}

impl CsvHeaders {
    pub(super) fn of(run: &Run<'_>) -> Self {
        Self {
            kbs: csv_columns::<Kbs>(run),
            machines: csv_columns::<Machines>(run),
            failures: csv_columns::<Failures>(run),
        }
    }
}

fn csv_columns<T: Table>(run: &Run<'_>) -> Vec<CsvColumn> {
    let columns = columns::<T>(Target::Csv, Scope::of(run));
    let names = header(&columns, run.inventory).into_iter();
    let mut ours = names.filter_map(|name| match name {
        ColumnName::Ours(name) => Some(name.into_owned()),
        ColumnName::Listed(_) => None,
    });
    let columns = columns.iter().map(|column| CsvColumn {
        key: column.key,
        name: match column.kind {
            Kind::Inventory => String::new(),
            _ => ours.next().unwrap_or_default(),
        },
    });
    columns.collect()
}
