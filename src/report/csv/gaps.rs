//! `gaps.csv`: the long form, one row for each machine and KB that it misses.

use std::io::{self, Write};

use super::Table;
use crate::{
    kb::MissingKb,
    report::{Report, Run, time::rfc3339},
};

const COLUMNS: &[&str] = &[
    "machineId",
    "kbId",
    "name",
    "productsNames",
    "url",
    "machineMissedOn",
    "cveAddressed",
    "osBuild",
    "answeredAt",
];

pub(super) struct Gaps;

impl Report for Gaps {
    fn file_name(&self) -> &'static str {
        "gaps.csv"
    }

    fn render(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(run, out);
        table.header(COLUMNS)?;
        for machine in run.fleet.machines_by_id() {
            let Ok(answered) = &machine.result else {
                continue;
            };
            let id = machine.id.to_string();
            let answered_at = rfc3339(answered.answered_at);
            for gap in &answered.missing {
                table.own(&id)?;
                description(&mut table, gap)?;
                table.own(&answered_at)?;
                table.end_row()?;
            }
        }
        table.finish()
    }
}

fn description(table: &mut Table<'_>, gap: &MissingKb) -> io::Result<()> {
    table.text(gap.id.as_str())?;
    table.text_or_empty(gap.name.as_deref())?;
    table.list(gap.products.iter().map(AsRef::as_ref))?;
    table.text_or_empty(gap.url.as_deref())?;
    table.own_or_empty(gap.machine_missed_on)?;
    table.own(gap.cve_addressed)?;
    table.text_or_empty(gap.os_build.as_deref())
}
