//! The sheet of gaps: the long form, one row for each machine and KB that it misses. What is said of
//! a KB or of a machine stands in their sheets: each column of this one takes a megabyte.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::{
    listing::{self, Column, Kind, Limits, Listing, Names},
    names::MachineNames,
};
use crate::{domain::kb::MissingKb, report::Run};

const NAMES: Names = Names {
    sheet: "Gaps",
    table: "Gaps",
    csv: "gaps.csv",
};

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let names = MachineNames::of(run);
    let table = (&columns(&names)[..], run.fleet.gaps);
    let nothing = "There is no gap: no answered machine misses a KB.";
    let Some(mut listing) = listing::begin(book, NAMES, table, limits, nothing)? else {
        return Ok(());
    };
    for machine in run.fleet.machines_by_id() {
        let id = machine.id.to_string();
        for gap in &machine.missing(run.gaps)? {
            listing.text(&id)?;
            names.at(&mut listing, Some(machine.position()))?;
            description(&mut listing, gap)?;
            listing.end_row();
        }
    }
    Ok(())
}

fn columns(names: &MachineNames<'_>) -> Vec<Column> {
    let id = [Column::new("Machine id", 44, Kind::Text)];
    let kb = [
        Column::new("KB", 13, Kind::Text),
        Column::new("Name", 36, Kind::Text),
        Column::new("Products", 40, Kind::Text),
        Column::new("CVEs", 9, Kind::Number),
        Column::new("OS build", 14, Kind::Text),
    ];
    names.among(id, kb)
}

fn description(listing: &mut Listing<'_>, gap: &MissingKb) -> Result<(), XlsxError> {
    listing.kb(Some(&gap.id))?;
    listing.text_or_empty(gap.name.as_deref())?;
    listing.list(gap.products.iter().map(AsRef::as_ref))?;
    listing.number(gap.cve_addressed)?;
    listing.text_or_empty(gap.os_build.as_deref())
}
