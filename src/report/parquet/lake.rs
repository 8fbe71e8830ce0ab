//! The tables of a lake: the columns of the CSV files without those of the list, which may differ
//! tomorrow, and without the date, which is the name of the folder. So every file of a table has
//! the same columns.

use std::{
    io::{self, Write},
    marker::PhantomData,
};

use super::{
    GROUP, by_kb,
    columns::file_columns,
    existing,
    file::{Purpose, Storage},
    lake_columns::lake_columns,
    name_of, runs, write_columns,
};
use crate::{
    inventory::Inventory,
    report::{
        Extras, Facts, Run,
        lake::{BadEnd, Difference, FileEnd, LakeTable},
        table::{Changes, Failures, Gaps, Kbs, Machines, Table},
    },
};

/// All tables.
pub(in crate::report) fn tables() -> Vec<Box<dyn LakeTable>> {
    vec![
        Box::new(GapsTable),
        Box::new(Whole::<Machines>(PhantomData)),
        Box::new(Whole::<Kbs>(PhantomData)),
        Box::new(Whole::<Failures>(PhantomData)),
        Box::new(Whole::<Changes>(PhantomData)),
    ]
}

/// A table whose rows are in the order of its CSV file.
struct Whole<T>(PhantomData<T>);

impl<T: Table> LakeTable for Whole<T> {
    fn name(&self) -> &'static str {
        name_of::<T>()
    }

    fn is_written(&self, extras: Extras) -> bool {
        T::is_written(extras)
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let storage = Storage {
            table: name_of::<T>(),
            purpose: Purpose::Lake,
            sorted_by: &[],
        };
        write_columns(run, &lake_columns::<T>(), storage, GROUP, out)
    }

    fn difference(&self, file: &FileEnd) -> Result<Option<Difference>, BadEnd> {
        difference::<T>(file)
    }

    fn is_of(&self, file: &FileEnd, facts: &Facts) -> Result<bool, BadEnd> {
        runs::is_of(file, facts)
    }
}

/// The gaps, by KB.
struct GapsTable;

impl LakeTable for GapsTable {
    fn name(&self) -> &'static str {
        name_of::<Gaps>()
    }

    fn is_written(&self, _: Extras) -> bool {
        true
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        by_kb::write(run, by_kb::HELD, out)
    }

    fn difference(&self, file: &FileEnd) -> Result<Option<Difference>, BadEnd> {
        difference::<Gaps>(file)
    }

    fn is_of(&self, file: &FileEnd, facts: &Facts) -> Result<bool, BadEnd> {
        runs::is_of(file, facts)
    }
}

fn difference<T: Table>(file: &FileEnd) -> Result<Option<Difference>, BadEnd> {
    let ours = file_columns(&lake_columns::<T>(), &Inventory::default());
    existing::difference(file, &ours)
}
