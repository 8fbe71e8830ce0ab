//! The groups of machines with the highest exposure.

use rust_xlsxwriter::XlsxError;

use super::page::{CellStyle, Page};
use crate::{
    aggregate::{Group, Share},
    domain::text::counted,
    report::{
        Run,
        table::shown_value,
        view::groups::{GroupsBy, worst},
    },
};

/// The number of groups to show by each column.
const MAX_GROUPS: usize = 5;

/// Writes the worst groups by each column of the list that has groups with gaps.
pub(super) fn write(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    let worst = worst(run, MAX_GROUPS);
    if worst.is_empty() {
        return Ok(());
    }
    page.heading("Groups with the highest exposure")?;
    for groups in &worst {
        block(page, groups)?;
    }
    let all = counted(run.fleet.breakdown.len() as u64, "group", "groups");
    page.sheet_link("Groups", &format!("Sheet Groups: {all}"))
}

fn block(page: &mut Page<'_>, groups: &GroupsBy<'_>) -> Result<(), XlsxError> {
    page.header(&[
        groups.title,
        "Exposure score",
        "Fully patched",
        "Machines",
        "Gaps",
    ])?;
    groups.groups.iter().try_for_each(|group| row(page, group))
}

fn row(page: &mut Page<'_>, group: &Group) -> Result<(), XlsxError> {
    let figures = group.figures;
    let patched = Share {
        part: figures.fully_patched,
        whole: figures.answered,
    };
    page.text(0, shown_value(group), CellStyle::Text)?;
    page.number(1, figures.exposure)?;
    page.float(2, patched.for_people() / 100.0, CellStyle::Share)?;
    page.number(3, figures.machines)?;
    page.number(4, figures.gaps)?;
    page.next_row();
    Ok(())
}
