//! The figures of the fleet beside those of the base.

use rust_xlsxwriter::XlsxError;

use super::page::{CellStyle, Page};
use crate::report::{
    Run,
    view::{
        changes::base_day,
        figures::{Figure, capitalized, figures},
    },
};

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    page.heading("Figures")?;
    match run.past {
        Some(past) => {
            let then = base_day(run.facts, &past.changes.base);
            page.header(&["", "This run", &then, "Difference"])?;
        }
        None => page.header(&["", "This run"])?,
    }
    let [answered, with_gaps, rest @ ..] = figures(run);
    let coverage = run.fleet.coverage;
    let machines = run.past.map(|past| past.changes.base.machines);
    row(page, "Machines on the list", coverage.machines(), machines)?;
    let skipped = run.fleet.skipped.len() as u64;
    if skipped > 0 {
        row(page, "Machines skipped", skipped, None)?;
    }
    figure(page, &answered)?;
    figure(page, &with_gaps)?;
    row(page, "Clean machines", coverage.clean, None)?;
    // Clean machines that may be silent, because "last seen" could not be parsed.
    if let Some(unread) = &run.fleet.unread_last_seen {
        let name = "  of these, last seen not understood";
        row(page, name, unread.machines, None)?;
    }
    let name = "Machines without current data";
    row(page, name, coverage.no_current_data, None)?;
    rest.iter().try_for_each(|it| figure(page, it))
}

fn figure(page: &mut Page<'_>, figure: &Figure) -> Result<(), XlsxError> {
    row(page, &capitalized(figure.name), figure.now, figure.then)
}

fn row(page: &mut Page<'_>, name: &str, now: u64, then: Option<u64>) -> Result<(), XlsxError> {
    page.text(0, name, CellStyle::Text)?;
    page.number(1, now)?;
    if let Some(then) = then {
        page.number(2, then)?;
        page.float(3, difference(now, then), CellStyle::Difference)?;
    }
    page.next_row();
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a spreadsheet shows fifteen digits of any number"
)]
fn difference(now: u64, then: u64) -> f64 {
    (i128::from(now) - i128::from(then)) as f64
}
