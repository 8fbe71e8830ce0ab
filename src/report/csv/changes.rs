//! `changes.csv`: one row for each gap that changed since the base. Gaps that are still there
//! are counted in the summary, not listed.

use std::io::{self, Write};

use super::Table;
use crate::{
    changes::ChangeRow,
    report::{Report, Run, time::rfc3339},
};

const COLUMNS: &[&str] = &[
    "change",
    "machineId",
    "kbId",
    "replacedBy",
    "name",
    "productsNames",
    "cveAddressed",
    "since",
];

pub(super) struct Changes;

impl Report for Changes {
    fn file_name(&self) -> &'static str {
        "changes.csv"
    }

    fn needs_base(&self) -> bool {
        true
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(run, out);
        table.header(COLUMNS)?;
        if let Some(past) = run.past {
            past.for_each_change(&mut |change| row(&mut table, &change))?;
        }
        table.finish()
    }
}

fn row(table: &mut Table<'_>, row: &ChangeRow) -> io::Result<()> {
    table.own(row.change)?;
    table.own(row.machine)?;
    table.text(row.gap.id.as_str())?;
    let by = row.replaced_by.as_ref();
    table.text_or_empty(by.map(|by| by.id.as_str()))?;
    table.text_or_empty(row.gap.name.as_deref())?;
    table.list(row.gap.products.iter().map(AsRef::as_ref))?;
    table.own(row.gap.cve_addressed)?;
    table.own(rfc3339(row.since))?;
    table.end_row()
}
