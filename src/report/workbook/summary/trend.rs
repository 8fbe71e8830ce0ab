//! The last runs of comparable lists.

use jiff::tz::TimeZone;
use rust_xlsxwriter::XlsxError;

use super::{
    super::listing::as_number,
    page::{CellStyle, Page, Rows},
};
use crate::{
    domain::text::{counted, per_mille},
    report::{
        Run, TrendPoint,
        time::local_day,
        view::trend::{last_runs, patch_tuesday_before},
    },
};

/// The block of the last runs, and how the charts mark each of them.
pub(super) struct Trend {
    pub(super) rows: Rows,
    pub(super) marks: Vec<TrendMark>,
}

/// How the charts mark a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TrendMark {
    pub(super) is_partial: bool,
    /// A short note about the run; usually empty.
    pub(super) label: &'static str,
}

pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<Option<Trend>, XlsxError> {
    let Some(points) = last_runs(run.trend) else {
        return Ok(None);
    };
    page.heading("The last runs")?;
    page.header(&[
        "Began (UTC)",
        "Exposure score",
        "Machines with gaps",
        "Fully patched",
        "Answered",
        "Remarks",
    ])?;
    let first = page.row();
    let mut marks = Vec::new();
    for at in 0..points.len() {
        marks.push(row(page, points, at, &run.facts.time_zone)?);
    }
    let last = page.row() - 1;
    Ok(Some(Trend {
        rows: Rows { first, last },
        marks,
    }))
}

fn row(
    page: &mut Page<'_>,
    points: &[TrendPoint],
    at: usize,
    zone: &TimeZone,
) -> Result<TrendMark, XlsxError> {
    let point = &points[at];
    page.time(0, point.started_at)?;
    page.number(1, point.exposure)?;
    page.number(2, point.with_gaps)?;
    share(page, 3, point.clean, point.answered)?;
    share(page, 4, point.answered, point.machines)?;
    let released = patch_tuesday_before(points, at, zone).map(|day| local_day(day, zone));
    let partial = point.is_partial().then(|| "partial".to_owned());
    let exploited = point
        .known_exploited
        .map(|gaps| counted(gaps, "known exploited gap", "known exploited gaps"));
    let first = released
        .as_ref()
        .map(|day| format!("first run after Patch Tuesday ({day})"));
    let remarks: Vec<String> = partial.into_iter().chain(first).chain(exploited).collect();
    if !remarks.is_empty() {
        page.text(5, &remarks.join("; "), CellStyle::TextBesideNumbers)?;
    }
    page.next_row();
    Ok(TrendMark {
        is_partial: point.is_partial(),
        label: match (point.is_partial(), released.is_some()) {
            (true, true) => "partial, Patch Tuesday",
            (true, false) => "partial",
            (false, true) => "Patch Tuesday",
            (false, false) => "",
        },
    })
}

/// Writes a share, rounded as everywhere.
fn share(page: &mut Page<'_>, column: u16, part: u64, whole: u64) -> Result<(), XlsxError> {
    let share = as_number(per_mille(part, whole)) / 1000.0;
    page.float(column, share, CellStyle::Share)
}
