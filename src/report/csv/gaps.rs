//! `gaps.csv`: the long form, one row for each machine and KB that it misses.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::{self, Write},
    sync::Arc,
};

use foldhash::fast::RandomState;

use super::Table;
use crate::{
    domain::kb::{MissingKb, Same},
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
        table.finish()?;
        let mut descriptions = Descriptions::new(run);
        let mut rows = Vec::new();
        for machine in run.fleet.machines_by_id() {
            let Ok(answered) = &machine.result else {
                continue;
            };
            let id = machine.id.to_string();
            let answered_at = rfc3339(answered.answered_at());
            for gap in &machine.missing(run.gaps)? {
                let described = descriptions.of(gap)?;
                for part in [id.as_bytes(), b",", described, b",", answered_at.as_bytes()] {
                    rows.extend_from_slice(part);
                }
                rows.push(b'\n');
            }
            out.write_all(&rows)?;
            rows.clear();
        }
        Ok(())
    }
}

/// Descriptions that are remembered; beyond that it begins anew, so that memory stays bounded.
const MOST: usize = 1 << 15;

/// The cells that describe a gap, written once for all machines that were told the same.
struct Descriptions<'run> {
    run: &'run Run<'run>,
    written: HashMap<Same<MissingKb>, Box<[u8]>, RandomState>,
}

impl<'run> Descriptions<'run> {
    fn new(run: &'run Run<'run>) -> Self {
        Self {
            run,
            written: HashMap::default(),
        }
    }

    /// The cells as they stand in a row: between two commas.
    fn of(&mut self, gap: &Arc<MissingKb>) -> io::Result<&[u8]> {
        if self.written.len() >= MOST {
            self.written.clear();
        }
        let entry = self.written.entry(Same(Arc::clone(gap)));
        Ok(match entry {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(written(self.run, gap)?),
        })
    }
}

fn written(run: &Run<'_>, gap: &MissingKb) -> io::Result<Box<[u8]>> {
    let mut row = Vec::new();
    let mut table = Table::new(run, &mut row);
    description(&mut table, gap)?;
    table.end_row()?;
    table.finish()?;
    // Its line end.
    row.pop();
    Ok(row.into())
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
