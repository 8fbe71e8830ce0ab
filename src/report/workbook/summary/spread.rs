//! The distribution of machines by number of gaps.

use rust_xlsxwriter::XlsxError;

use super::page::{Look, Page, Rows};
use crate::report::{Run, view::spread::gaps_of_machines};

/// The upper bounds of the ranges, with their labels.
const UP_TO: [(u32, &str); 8] = [
    (1, "1"),
    (3, "2-3"),
    (7, "4-7"),
    (15, "8-15"),
    (31, "16-31"),
    (63, "32-63"),
    (127, "64-127"),
    (u32::MAX, "128 and more"),
];

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
    row(page, "none", coverage.clean)?;
    let counted = counted(run);
    let last = counted.iter().rposition(|(_, machines)| *machines > 0);
    // Omit empty ranges at the end.
    for (label, machines) in counted.into_iter().take(last.map_or(1, |last| last + 1)) {
        row(page, label, machines)?;
    }
    let last = page.row() - 1;
    Ok(Some(Rows { first, last }))
}

fn row(page: &mut Page<'_>, label: &str, machines: u64) -> Result<(), XlsxError> {
    page.text(0, label, Look::Text)?;
    page.number(1, machines)?;
    page.next_row();
    Ok(())
}

fn counted(run: &Run<'_>) -> [(&'static str, u64); UP_TO.len()] {
    let mut counted = UP_TO.map(|(_, label)| (label, 0));
    for missing in gaps_of_machines(run.fleet) {
        let place = UP_TO.iter().position(|(most, _)| missing <= *most);
        if let Some((_, machines)) = place.and_then(|place| counted.get_mut(place)) {
            *machines += 1;
        }
    }
    counted
}
