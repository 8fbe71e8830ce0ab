//! The distribution of machines by number of gaps.

use rust_xlsxwriter::XlsxError;

use super::page::{CellStyle, Page, Rows};
use crate::report::{Run, view::histogram::equal};

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<Option<Rows>, XlsxError> {
    let coverage = run.fleet.coverage;
    if coverage.answered == 0 {
        return Ok(None);
    }
    page.heading("Machines by number of gaps")?;
    page.header(&["Gaps", "Machines"])?;
    let first = page.row();
    if run.inventory.last_seen_column().is_some() {
        row(page, "no current data", coverage.no_current_data)?;
    }
    if run.fleet.end_of_support.is_some() {
        row(page, "unsupported", coverage.unsupported)?;
    }
    // The first class is that of the clean machines.
    for bin in equal(run.fleet) {
        row(page, &bin.label, bin.count)?;
    }
    let last = page.row() - 1;
    Ok(Some(Rows { first, last }))
}

fn row(page: &mut Page<'_>, label: &str, machines: u64) -> Result<(), XlsxError> {
    page.text(0, label, CellStyle::Text)?;
    page.number(1, machines)?;
    page.next_row();
    Ok(())
}
