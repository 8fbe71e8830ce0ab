//! The figures of the fleet, beside those of the run that it is compared with.

use rust_xlsxwriter::XlsxError;

use super::page::{Look, Page};
use crate::{
    aggregate::{Answered, Fleet},
    changes::Figures,
    report::{Run, time::base_day},
};

/// What a figure is called, what it is today, and what it was.
type Figure = (&'static str, u64, Option<u64>);

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    page.heading("Figures")?;
    match run.past {
        Some(past) => {
            let then = base_day(run.facts, &past.changes.base);
            page.header(&["", "This run", &then, "Difference"])?;
        }
        None => page.header(&["", "This run"])?,
    }
    for figure in figures(run) {
        row(page, figure)?;
    }
    Ok(())
}

fn row(page: &mut Page<'_>, (name, now, then): Figure) -> Result<(), XlsxError> {
    page.text(0, name, Look::Text)?;
    page.number(1, now)?;
    if let Some(then) = then {
        page.number(2, then)?;
        page.float(3, difference(now, then), Look::Difference)?;
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

fn figures(run: &Run<'_>) -> Vec<Figure> {
    let fleet = run.fleet;
    let coverage = fleet.coverage;
    let base = run.past.map(|past| past.changes.base);
    let then = |figure: fn(Figures) -> u64| base.map(|base| figure(base.figures));
    let mut figures = vec![
        (
            "Machines asked for",
            coverage.machines(),
            base.map(|base| base.machines),
        ),
        (
            "Machines answered",
            coverage.answered,
            then(|it| it.answered),
        ),
        ("  with gaps", coverage.with_gaps, then(|it| it.with_gaps)),
        ("  clean", coverage.clean, None),
    ];
    figures.extend(in_doubt(fleet));
    figures.extend([
        ("  without current data", coverage.no_current_data, None),
        ("Missing KBs", fleet.kbs.len() as u64, then(|it| it.kbs)),
        ("Gaps", fleet.gaps, then(|it| it.gaps)),
        ("Exposure", fleet.exposure, then(|it| it.exposure)),
        (
            "Worst machine, CVEs summed",
            worst(run),
            then(|it| it.worst),
        ),
    ]);
    figures
}

/// How many of the clean machines may be silent: when they were last seen is not understood.
fn in_doubt(fleet: &Fleet) -> Option<Figure> {
    let unread = fleet.unread_last_seen.as_ref()?;
    let name = "    of these, last seen not understood";
    Some((name, unread.machines, None))
}

/// The largest sum of one machine: it stands first.
fn worst(run: &Run<'_>) -> u64 {
    let first = run.fleet.machines.first();
    let answered = first.and_then(|it| it.result.as_ref().ok());
    answered.map_or(0, |answered: &Answered| answered.cve_addressed)
}
