//! How often kept and inferred answers were wrong in the last runs.

use rust_xlsxwriter::XlsxError;

use super::page::{CellStyle, Page};
use crate::report::{
    Run,
    view::rechecks::{COLUMNS, Recheck, TITLE, last_rechecks},
};

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    let rechecks = last_rechecks(run.trend);
    if rechecks.is_empty() {
        return Ok(());
    }
    page.heading(TITLE)?;
    let [_, figures @ ..] = COLUMNS;
    page.header(&[&["Began (UTC)"], &figures[..]].concat())?;
    rechecks.iter().try_for_each(|it| row(page, *it))
}

fn row(page: &mut Page<'_>, Recheck { started_at, result }: Recheck) -> Result<(), XlsxError> {
    page.time(0, started_at)?;
    page.number(1, result.machines)?;
    page.number(2, result.differed)?;
    page.float(3, result.share().unwrap_or_default(), CellStyle::SmallShare)?;
    page.float(4, result.at_most_for_people(), CellStyle::Share)?;
    page.next_row();
    Ok(())
}
