//! The figures of the fleet, with those of the base and of last week.

use rust_xlsxwriter::XlsxError;

use super::page::{CellStyle, Page};
use crate::{
    changes::{BaseRun, Changes},
    report::{
        Run,
        view::{
            changes::base_day,
            figures::{Figure, capitalized, figures},
            week::another_base,
        },
    },
};

/// The columns of the earlier runs: the base, and last week.
const EARLIER: [u16; 2] = [2, 4];

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    page.heading("Figures")?;
    let block = Block::of(run);
    block.header(page, run)?;
    let [answered, with_gaps, rest @ ..] = figures(run);
    let coverage = run.fleet.coverage;
    block.row(page, "Machines on the list", coverage.machines(), |it| {
        it.machines
    })?;
    let skipped = run.fleet.skipped.len() as u64;
    if skipped > 0 {
        row(page, "Machines skipped", skipped)?;
    }
    block.figure(page, &answered)?;
    block.figure(page, &with_gaps)?;
    block.row(page, "Fully patched machines", coverage.clean, |it| {
        it.figures.clean
    })?;
    // Those of them that may be silent, because "last seen" could not be parsed.
    if let Some(unread) = &run.fleet.unread_last_seen {
        row(
            page,
            "  of these, last seen not understood",
            unread.machines,
        )?;
    }
    row(
        page,
        "Machines without current data",
        coverage.no_current_data,
    )?;
    if run.fleet.end_of_support.is_some() {
        row(page, "Unsupported machines", coverage.unsupported)?;
    }
    for figure in &rest {
        block.figure(page, figure)?;
        if figure.key == "gaps" {
            subtotals(page, run)?;
        }
    }
    Ok(())
}

/// The gaps that are accepted and overdue, if there are exceptions and deadlines.
fn subtotals(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    let policy = &run.fleet.policy;
    if policy.has_exceptions() {
        row(page, "  of these, accepted", policy.accepted.gaps)?;
    }
    if policy.has_deadlines() {
        row(page, "  of these, overdue", policy.overdue.gaps)?;
    }
    Ok(())
}

/// The earlier runs that the figures are compared with.
struct Block<'run> {
    earlier: Vec<&'run Changes>,
}

impl<'run> Block<'run> {
    fn of(run: &Run<'run>) -> Self {
        let base = run.past.map(|past| past.changes);
        Self {
            earlier: base.into_iter().chain(another_base(run)).collect(),
        }
    }

    fn header(&self, page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
        let mut names = vec![String::new(), "This run".to_owned()];
        for changes in &self.earlier {
            names.push(base_day(run.facts, &changes.base));
            names.push("Difference".to_owned());
        }
        page.header(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn figure(&self, page: &mut Page<'_>, figure: &Figure) -> Result<(), XlsxError> {
        let then = |changes: &Changes| figure.compared_with(changes).then;
        self.write(page, &capitalized(figure.name), figure.now, then)
    }

    fn row(
        &self,
        page: &mut Page<'_>,
        name: &str,
        now: u64,
        then: impl Fn(&BaseRun) -> u64,
    ) -> Result<(), XlsxError> {
        self.write(page, name, now, |changes| Some(then(&changes.base)))
    }

    fn write(
        &self,
        page: &mut Page<'_>,
        name: &str,
        now: u64,
        then: impl Fn(&Changes) -> Option<u64>,
    ) -> Result<(), XlsxError> {
        for (column, changes) in EARLIER.into_iter().zip(&self.earlier) {
            if let Some(then) = then(changes) {
                page.number(column, then)?;
                page.difference(column + 1, difference(now, then))?;
            }
        }
        row(page, name, now)
    }
}

/// Writes a figure, and ends the row.
fn row(page: &mut Page<'_>, name: &str, now: u64) -> Result<(), XlsxError> {
    page.text(0, name, CellStyle::Text)?;
    page.number(1, now)?;
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
