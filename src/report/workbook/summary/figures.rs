//! The figures of the fleet beside those of the base.

use rust_xlsxwriter::XlsxError;

use super::page::{Look, Page};
use crate::{
    aggregate::Fleet,
    changes::Figures,
    report::{
        Run,
        view::{changes::base_day, figures::today},
    },
};

/// The name of a figure, its current value and its value in the base.
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
    let now = today(fleet);
    let base = run.past.map(|past| past.changes.base);
    let then = |figure: fn(Figures) -> u64| base.map(|base| figure(base.figures));
    let mut figures = vec![(
        "Machines asked for",
        coverage.machines(),
        base.map(|base| base.machines),
    )];
    let skipped = fleet.skipped.len() as u64;
    figures.extend((skipped > 0).then_some(("Machines skipped", skipped, None)));
    figures.extend([
        ("Machines answered", now.answered, then(|it| it.answered)),
        ("  with gaps", now.with_gaps, then(|it| it.with_gaps)),
        ("  clean", coverage.clean, None),
    ]);
    figures.extend(in_doubt(fleet));
    figures.extend([
        ("  without current data", coverage.no_current_data, None),
        ("Missing KBs", now.kbs, then(|it| it.kbs)),
        ("Gaps", now.gaps, then(|it| it.gaps)),
        ("Exposure", now.exposure, then(|it| it.exposure)),
        ("Worst machine, CVEs summed", now.worst, then(|it| it.worst)),
    ]);
    figures
}

/// The number of clean machines that may be silent, because "last seen" could not be parsed.
fn in_doubt(fleet: &Fleet) -> Option<Figure> {
    let unread = fleet.unread_last_seen.as_ref()?;
    let name = "    of these, last seen not understood";
    Some((name, unread.machines, None))
}
