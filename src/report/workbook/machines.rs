//! The sheet of machines: one row for each machine of the inventory, answered or not.

use std::sync::Arc;

use rust_xlsxwriter::{Workbook, XlsxError};

use super::{
    header::distinct,
    listing::{self, Column, Kind, Limits, Listing, Names},
};
use crate::{
    aggregate::{Answered, MachineRow},
    domain::kb::MissingKb,
    report::Run,
};

const NAMES: Names = Names {
    sheet: "Machines",
    table: "Machines",
    csv: "machines.csv",
};

/// Our columns before those of the inventory, and after them.
const BEFORE: [(&str, u32, Kind); 2] = [("Rank", 7, Kind::Number), ("Machine id", 44, Kind::Text)];
const AFTER: [(&str, u32, Kind); 7] = [
    ("Status", 16, Kind::Text),
    ("Missing KBs", 14, Kind::Number),
    ("CVEs, summed", 15, Kind::Number),
    ("CVEs, most", 13, Kind::Number),
    ("Top KB", 13, Kind::Text),
    ("KBs", 60, Kind::Text),
    ("Answered at (UTC)", 20, Kind::Time),
];

/// How wide a column of the inventory is.
const WIDTH: u32 = 22;

/// Columns of the inventory that travel along: a sheet holds 16,384 columns of any kind.
pub(super) const MOST_COLUMNS: usize = 16_000;

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let machines = &run.fleet.machines;
    let table = (&columns(&run.inventory.columns)[..], machines.len() as u64);
    let nothing = "The list names no machine.";
    let Some(mut listing) = listing::begin(book, NAMES, table, limits, nothing)? else {
        return Ok(());
    };
    for machine in machines {
        let missing = machine.missing(run.gaps)?;
        before(&mut listing, run, machine)?;
        after(&mut listing, machine, &missing)?;
        listing.end_row();
    }
    Ok(())
}

fn columns(inventory: &[String]) -> Vec<Column> {
    let inventory = &inventory[..inventory.len().min(MOST_COLUMNS)];
    let names = distinct(&BEFORE.map(|it| it.0), inventory, &AFTER.map(|it| it.0));
    let theirs = inventory.iter().map(|_| (WIDTH, Kind::Text));
    let before = BEFORE.into_iter().map(|(_, width, kind)| (width, kind));
    let after = AFTER.into_iter().map(|(_, width, kind)| (width, kind));
    let looks = before.chain(theirs).chain(after);
    let columns = names.iter().zip(looks);
    columns
        .map(|(name, (width, kind))| Column::new(name, width, kind))
        .collect()
}

fn before(listing: &mut Listing<'_>, run: &Run<'_>, machine: &MachineRow) -> Result<(), XlsxError> {
    let answered = machine.result.as_ref().ok();
    listing.number_or_empty(answered.map(|it| it.rank))?;
    listing.text(&machine.id.to_string())?;
    let mut cells = run.inventory.cells.row(machine.position());
    cells
        .by_ref()
        .take(MOST_COLUMNS)
        .try_for_each(|cell| listing.text(cell))
}

fn after(
    listing: &mut Listing<'_>,
    machine: &MachineRow,
    missing: &[Arc<MissingKb>],
) -> Result<(), XlsxError> {
    match &machine.result {
        Ok(answered) if answered.no_current_data => {
            listing.text("no current data")?;
            figures(listing, answered, missing)
        }
        Ok(answered) => {
            listing.text(machine.status().as_str())?;
            figures(listing, answered, missing)
        }
        Err(_) => listing.text(machine.status().as_str()),
    }
}

fn figures(
    listing: &mut Listing<'_>,
    answered: &Answered,
    missing: &[Arc<MissingKb>],
) -> Result<(), XlsxError> {
    listing.number(answered.missing)?;
    listing.number(answered.cve_addressed)?;
    listing.number(answered.cve_addressed_max)?;
    listing.kb(answered.top_kb.as_ref())?;
    let kbs: Vec<String> = missing.iter().map(|gap| gap.id.for_people()).collect();
    listing.list(kbs.iter().map(String::as_str))?;
    listing.time(answered.answered_at())
}
