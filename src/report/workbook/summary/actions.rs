//! The updates that remove most exposure, which are also the data of the Pareto chart.

use rust_xlsxwriter::XlsxError;

use super::{
    super::listing::as_number,
    page::{CellStyle, Page, Rows},
};
use crate::{
    aggregate::TopAction,
    domain::text::{per_mille, thousands},
    report::{
        Run,
        view::actions::{product, promise, released},
    },
};

/// The number of updates to propose.
const ACTIONS: usize = 10;

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<Option<Rows>, XlsxError> {
    let actions = run.fleet.top_actions(ACTIONS);
    if actions.is_empty() {
        return Ok(None);
    }
    let exposure = run.fleet.exposure;
    if let Some(promise) = promise(&actions, exposure) {
        page.heading(&format!("Plan: installing {promise}"))?;
    }
    page.header(&[
        "KB",
        "Exposure score",
        "Removed so far",
        "Machines",
        "Machines so far",
        "Product and release",
    ])?;
    let first = page.row();
    for action in &actions {
        row(page, action, exposure)?;
    }
    let last = page.row() - 1;
    Ok(Some(Rows { first, last }))
}

fn row(page: &mut Page<'_>, action: &TopAction<'_>, exposure: u64) -> Result<(), XlsxError> {
    let kb = action.kb;
    // Never 100 % for less than all: 99.99 % shows as 99.9 %.
    let removed = as_number(per_mille(action.so_far.exposure, exposure)) / 1000.0;
    page.linked(&kb.id.for_people(), kb.url.as_deref())?;
    page.number(1, action.exposure)?;
    page.float(2, removed, CellStyle::Share)?;
    page.number(3, action.machines)?;
    page.number(4, action.so_far.machines)?;
    page.text(5, &about(action), CellStyle::TextBesideNumbers)?;
    page.next_row();
    Ok(())
}

/// What it is for, and why: `Windows 11 April 2026; exploited, due 2026-05-01; closes 4 KBs`.
fn about(action: &TopAction<'_>) -> String {
    let what = [product(action.kb), released(action.kb)].join(" ");
    let due = action.due.map_or_else(
        || "exploited, no date".to_owned(),
        |due| format!("exploited, due {due}"),
    );
    let due = (action.exploited > 0).then_some(due);
    let closes = (action.closes > 1).then(|| format!("closes {} KBs", thousands(action.closes)));
    let parts = [Some(what.trim().to_owned()), due, closes]
        .into_iter()
        .flatten();
    parts.collect::<Vec<_>>().join("; ")
}
