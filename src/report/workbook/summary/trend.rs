//! The last runs of comparable lists.

use rust_xlsxwriter::XlsxError;

use super::{
    super::listing::as_number,
    page::{CellStyle, Page, Rows},
};
use crate::{
    domain::text::per_mille,
    report::{Run, TrendPoint},
};

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<Option<Rows>, XlsxError> {
    if run.trend.len() < 2 {
        return Ok(None);
    }
    page.heading("The last runs")?;
    page.header(&[
        "Began (UTC)",
        "Gaps",
        "Exposure",
        "Answered",
        "",
        "Gaps, where the run was partial",
    ])?;
    let first = page.row();
    for point in run.trend {
        row(page, point)?;
    }
    let last = page.row() - 1;
    Ok(Some(Rows { first, last }))
}

/// Writes a run. The last column is for the chart, which shows partial runs differently.
fn row(page: &mut Page<'_>, point: &TrendPoint) -> Result<(), XlsxError> {
    page.time(0, point.started_at)?;
    page.number(1, point.gaps)?;
    page.number(2, point.exposure)?;
    // Rounded as everywhere.
    let answered = as_number(per_mille(point.answered, point.machines)) / 1000.0;
    page.float(3, answered, CellStyle::Share)?;
    if point.is_partial() {
        page.float(5, as_number(point.gaps), CellStyle::NumberBesideNumbers)?;
    }
    page.next_row();
    Ok(())
}
