//! The sheet of changes: one row for each gap that changed since the run that today is compared
//! with.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::{
    listing::{self, Column, Kind, Limits, Listing, Names},
    names::MachineNames,
};
use crate::{
    changes::{ChangeRow, Tally},
    report::{Past, Run},
};

const NAMES: Names = Names {
    sheet: "Changes",
    table: "Changes",
    csv: "changes.csv",
};

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let nothing = match run.past {
        Some(_) => "No gap changed since the run that this one is compared with.",
        None => "There is no earlier run of this tenant yet to compare with.",
    };
    let names = MachineNames::of(run);
    let table = (&columns(&names)[..], run.past.map_or(0, listed));
    let listing = listing::begin(book, NAMES, table, limits, nothing)?;
    if let (Some(mut listing), Some(past)) = (listing, run.past) {
        // Reports fail in the terms of files.
        let mut take = |change| row(&mut listing, &names, &change);
        past.for_each_change(&mut |change| take(change).map_err(std::io::Error::other))?;
    }
    Ok(())
}

/// How many changes are listed.
fn listed(past: Past<'_>) -> u64 {
    let Tally {
        new,
        resolved,
        replaced,
        still_missing: _,
        returned,
        not_answered,
        out_of_scope,
        appeared,
    } = past.changes.tally;
    new + resolved + replaced + returned + not_answered + out_of_scope + appeared
}

fn columns(names: &MachineNames<'_>) -> Vec<Column> {
    let machine = [
        Column::new("Change", 14, Kind::Text),
        Column::new("Machine id", 44, Kind::Text),
    ];
    let kb = [
        Column::new("KB", 13, Kind::Text),
        Column::new("Replaced by", 14, Kind::Text),
        Column::new("Name", 36, Kind::Text),
        Column::new("Products", 40, Kind::Text),
        Column::new("CVEs", 9, Kind::Number),
        Column::new("Since (UTC)", 20, Kind::Time),
    ];
    names.among(machine, kb)
}

fn row(
    listing: &mut Listing<'_>,
    names: &MachineNames<'_>,
    row: &ChangeRow,
) -> Result<(), XlsxError> {
    listing.text(row.change.as_str())?;
    listing.text(&row.machine.to_string())?;
    names.of_machine(listing, row.machine)?;
    listing.kb(Some(&row.gap.id))?;
    listing.kb(row.replaced_by.as_ref().map(|by| &by.id))?;
    listing.text_or_empty(row.gap.name.as_deref())?;
    listing.list(row.gap.products.iter().map(AsRef::as_ref))?;
    listing.number(row.gap.cve_addressed)?;
    listing.time(row.since)?;
    listing.end_row();
    Ok(())
}
