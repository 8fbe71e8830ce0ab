//! The sheet of KBs: one row for each missing one, ranked.

use rust_xlsxwriter::{Color, ConditionalFormatDataBar, Workbook, XlsxError};

use super::listing::{self, Column, Kind, Limits, Listing, Names};
use crate::{
    aggregate::{KbRow, percent},
    report::Run,
};

const NAMES: Names = Names {
    sheet: "KBs",
    table: "Kbs",
    csv: "kbs.csv",
};

/// The columns with a bar in each cell.
const BARS: [(u16, Color); 2] = [(5, Color::RGB(0x9D_C3_E6)), (7, Color::RGB(0xF4_B1_83))];

pub(super) fn write(book: &mut Workbook, run: &Run<'_>, limits: Limits) -> Result<(), XlsxError> {
    let rows = run.fleet.kbs.len() as u64;
    let nothing = "No answered machine misses a KB.";
    let table = (&columns()[..], rows);
    let Some(mut listing) = listing::begin(book, NAMES, table, limits, nothing)? else {
        return Ok(());
    };
    for kb in &run.fleet.kbs {
        row(&mut listing, kb, run.fleet.coverage.answered)?;
    }
    let last = u32::try_from(rows).unwrap_or(u32::MAX);
    let sheet = listing.sheet();
    for (column, color) in BARS {
        let bar = ConditionalFormatDataBar::new()
            .set_fill_color(color)
            .set_solid_fill(true);
        sheet.add_conditional_format(1, column, last, column, &bar)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn columns() -> [Column; 11] {
    [
        Column::new("Rank", 7, Kind::Number),
        Column::new("KB", 13, Kind::Text),
        Column::new("Name", 36, Kind::Text),
        Column::new("CVEs", 9, Kind::Number),
        Column::new("CVEs, least", 13, Kind::Number),
        Column::new("Machines missing", 19, Kind::Number),
        Column::new("% of answered", 16, Kind::Share),
        Column::new("Exposure", 15, Kind::Number),
        Column::new("Missed on (service)", 21, Kind::Number),
        Column::new("Products", 40, Kind::Text),
        Column::new("URL", 68, Kind::Text),
    ]
}

fn row(listing: &mut Listing<'_>, kb: &KbRow, answered: u64) -> Result<(), XlsxError> {
    listing.number(kb.rank as u64)?;
    listing.kb(Some(&kb.id))?;
    listing.text_or_empty(kb.name.as_deref())?;
    listing.number(kb.cve_addressed)?;
    listing.number(kb.cve_addressed_min)?;
    listing.number(kb.machines_missing)?;
    listing.percent(percent(kb.machines_missing, answered))?;
    listing.number(kb.exposure)?;
    listing.number_or_empty(kb.machine_missed_on)?;
    listing.list(kb.products.iter().map(AsRef::as_ref))?;
    listing.address(kb.url.as_deref())?;
    listing.end_row();
    Ok(())
}
