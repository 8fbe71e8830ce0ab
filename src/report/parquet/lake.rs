//! The tables of a lake. Every file of a table has the same columns.

use std::io::{self, Write};

use super::{
    GROUP, by_kb,
    columns::{file_columns, lake_columns},
    existing::{difference, is_of},
    file::{Purpose, Storage},
    name_of, write_columns,
};
use crate::{
    inventory::Inventory,
    report::{
        Run,
        lake::LakeTable,
        table::{Changes, Failures, Gaps, Kbs, Machines, Table},
    },
};

/// All tables. The gaps are by KB; the rows of the others are in the order of their CSV files.
pub(in crate::report) fn tables() -> Vec<LakeTable> {
    let gaps = LakeTable {
        render: |run, out| by_kb::write(run, by_kb::HELD, out),
        ..table::<Gaps>()
    };
    vec![
        gaps,
        table::<Machines>(),
        table::<Kbs>(),
        table::<Failures>(),
        table::<Changes>(),
    ]
}

fn table<T: Table>() -> LakeTable {
    LakeTable {
        name: name_of::<T>(),
        is_written: T::is_written,
        render: render::<T>,
        difference: |file| {
            let ours = file_columns(&lake_columns::<T>(), &Inventory::default());
            difference(file, &ours)
        },
        is_of,
    }
}

fn render<T: Table>(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let storage = Storage {
        table: name_of::<T>(),
        purpose: Purpose::Lake,
        sorted_by: &[],
    };
    write_columns(run, &lake_columns::<T>(), storage, GROUP, out)
}
