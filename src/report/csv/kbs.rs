//! `kbs.csv`: one row for each missing KB.

use std::io::{self, Write};

use super::Table;
use crate::{
    aggregate::{KbRow, percent},
    report::{Report, Run},
};

const COLUMNS: &[&str] = &[
    "rank",
    "kbId",
    "name",
    "cveAddressed",
    "cveAddressedMin",
    "machinesMissing",
    "percentOfAnswered",
    "exposure",
    "machineMissedOn",
    "productsNames",
    "url",
];

pub(super) struct Kbs;

impl Report for Kbs {
    fn file_name(&self) -> &'static str {
        "kbs.csv"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(run, out);
        table.header(COLUMNS)?;
        for kb in &run.fleet.kbs {
            row(&mut table, kb, run.fleet.coverage.answered)?;
        }
        table.finish()
    }
}

fn row(table: &mut Table<'_>, kb: &KbRow, answered: u64) -> io::Result<()> {
    let share = percent(kb.machines_missing, answered);
    table.own(kb.rank)?;
    table.text(kb.id.as_str())?;
    table.text_or_empty(kb.name.as_deref())?;
    table.own(kb.cve_addressed)?;
    table.own(kb.cve_addressed_min)?;
    table.own(kb.machines_missing)?;
    table.own(format_args!("{share:.1}"))?;
    table.own(kb.exposure)?;
    table.own_or_empty(kb.machine_missed_on)?;
    table.list(kb.products.iter().map(AsRef::as_ref))?;
    table.text_or_empty(kb.url.as_deref())?;
    table.end_row()
}
