//! The sheet of gaps: the long form, one row for each machine and KB that it misses.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::listing::{self, Column, Kind, Limits, Listing, Names};
use crate::{kb::MissingKb, report::Run};

const NAMES: Names = Names {
    sheet: "Gaps",
    table: "Gaps",
    csv: "gaps.csv",
};

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let table = (&columns()[..], run.fleet.gaps);
    let nothing = "There is no gap: no answered machine misses a KB.";
    let Some(mut listing) = listing::begin(book, NAMES, table, limits, nothing)? else {
        return Ok(());
    };
    for machine in run.fleet.machines_by_id() {
        let Ok(answered) = &machine.result else {
            continue;
        };
        let id = machine.id.to_string();
        for gap in machine.missing(run.gaps)? {
            listing.text(&id)?;
            description(&mut listing, &gap)?;
            listing.time(answered.answered_at)?;
            listing.end_row();
        }
    }
    Ok(())
}

fn columns() -> [Column; 9] {
    [
        Column::new("Machine id", 44, Kind::Text),
        Column::new("KB", 13, Kind::Text),
        Column::new("Name", 36, Kind::Text),
        Column::new("Products", 40, Kind::Text),
        Column::new("URL", 68, Kind::Text),
        Column::new("Missed on (service)", 21, Kind::Number),
        Column::new("CVEs", 9, Kind::Number),
        Column::new("OS build", 14, Kind::Text),
        Column::new("Answered at (UTC)", 20, Kind::Time),
    ]
}

fn description(listing: &mut Listing<'_>, gap: &MissingKb) -> Result<(), XlsxError> {
    listing.kb(Some(&gap.id))?;
    listing.text_or_empty(gap.name.as_deref())?;
    listing.list(gap.products.iter().map(AsRef::as_ref))?;
    listing.text_or_empty(gap.url.as_deref())?;
    listing.number_or_empty(gap.machine_missed_on)?;
    listing.number(gap.cve_addressed)?;
    listing.text_or_empty(gap.os_build.as_deref())
}
