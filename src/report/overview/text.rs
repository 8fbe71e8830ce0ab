//! The table of all tenants, on a terminal.

use super::{
    Overview,
    row::{TenantRow, TenantStatus},
    totals::{Totals, with_status},
};
use crate::{
    domain::text::{counted, share, thousands},
    report::{
        plain::plain,
        terminal::{Column, table},
    },
};

pub(super) fn render(overview: &Overview, width: u16) -> String {
    let has_exploited = Totals::of(overview).known_exploited.is_some();
    let mut columns = vec![
        Column::text("tenant"),
        Column::text("status"),
        Column::number("machines"),
        Column::number("answered"),
        Column::number("gaps"),
        Column::number("exposure"),
    ];
    if has_exploited {
        columns.push(Column::number("exploited"));
    }
    columns.push(Column::gives_way("message"));
    let rows = overview.rows.iter();
    let rows: Vec<Vec<String>> = rows.map(|row| cells(row, has_exploited)).collect();
    let mut lines = table(&columns, &rows, width);
    lines.push(String::new());
    lines.push(conclusion(overview));
    lines.join("\n") + "\n"
}

fn cells(row: &TenantRow, has_exploited: bool) -> Vec<String> {
    let digest = row.digest.as_ref();
    let figure = |number: Option<u64>| number.map_or_else(String::new, thousands);
    let mut cells = vec![
        plain(&row.name),
        row.status().to_string(),
        figure(digest.map(|it| it.machines)),
        row.coverage(),
        figure(digest.map(|it| it.gaps)),
        figure(digest.map(|it| it.exposure)),
    ];
    if has_exploited {
        cells.push(figure(digest.and_then(|it| it.known_exploited)));
    }
    cells.push(plain(&row.message()));
    cells
}

/// The sums in a sentence.
pub(super) fn conclusion(overview: &Overview) -> String {
    let totals = Totals::of(overview);
    let tenants = counted(overview.rows.len() as u64, "tenant", "tenants");
    let statuses = TenantStatus::ALL.iter();
    let statuses = statuses.map(|status| (with_status(overview, *status), status));
    let statuses = statuses.filter(|(count, _)| *count > 0);
    let statuses: Vec<String> = statuses
        .map(|(count, status)| format!("{} {status}", thousands(count)))
        .collect();
    let requested = totals.machines - totals.skipped;
    let machines = counted(requested, "machine", "machines");
    format!(
        "{tenants}: {}; {} of {machines} answered, {} gaps, exposure score {}",
        statuses.join(", "),
        share(totals.answered, requested),
        thousands(totals.gaps),
        thousands(totals.exposure),
    )
}
