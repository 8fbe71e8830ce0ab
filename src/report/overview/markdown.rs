//! The summary of all tenants as Markdown, for the summary page of a CI workflow run.

use super::{
    Overview,
    text::conclusion,
    totals::{Totals, kbs},
    view::{KbRow, MostMissing, Row, Tile, rows, tiles, title},
};
use crate::{
    domain::text::counted,
    report::markdown::{escaped, escaped_up_to, paragraph},
};

/// The most tenants that are listed. The whole page may not be larger than 1 MiB.
const TENANTS: usize = 50;
/// The maximum length of a message, and of a hint, in characters.
const LONGEST_REMARK: usize = 500;

pub(super) fn render(overview: &Overview) -> String {
    let (totals, kbs) = (Totals::of(overview), kbs(overview));
    let has_exploited = totals.known_exploited.is_some();
    let parts = [
        format!("## {}\n", escaped(&title(overview))),
        format!("**{}**\n", paragraph(&conclusion(overview))),
        figures(&tiles(&totals, kbs.len())),
        tenants(&rows(overview), has_exploited),
        most_missing(&MostMissing::of(&kbs), has_exploited),
    ];
    parts.join("\n")
}

/// The figures over all tenants, in a table of one row.
fn figures(tiles: &[Tile]) -> String {
    let labels: Vec<&str> = tiles.iter().map(|it| it.label).collect();
    let values: Vec<&str> = tiles.iter().map(|it| it.value.as_str()).collect();
    [
        line(&labels),
        line(&vec!["---:"; tiles.len()]),
        line(&values),
    ]
    .concat()
}

/// The tenants, those that need attention first.
fn tenants(rows: &[Row], has_exploited: bool) -> String {
    let mut columns = vec![
        Column::text("tenant", |it: &Row| escaped(&it.name)),
        Column::text("status", |it| it.status.to_owned()),
        Column::number("answered", |it| it.coverage.clone()),
        Column::number("machines", |it| it.machines.clone()),
        Column::number("gaps", |it| it.gaps.clone()),
        Column::number("exposure", |it| it.exposure.clone()),
    ];
    if has_exploited {
        columns.push(Column::number("known exploited gaps", |it| {
            it.exploited.clone()
        }));
    }
    columns.push(Column::text("since last time", |it| it.change.clone()));
    columns.push(Column::text("remark", remark));
    let (shown, more) = rows.split_at(rows.len().min(TENANTS));
    let table = table(&columns, shown);
    format!("### Tenants\n\n{table}{}", left_out(more.len() as u64))
}

fn left_out(more: u64) -> String {
    if more == 0 {
        return String::new();
    }
    let more = counted(more, "more tenant is", "more tenants are");
    format!("\n{more} in `tenants.csv`.\n")
}

fn remark(row: &Row) -> String {
    let remark = [&row.message, &row.hint].map(|it| escaped_up_to(it, LONGEST_REMARK));
    remark.join(" ").trim().to_owned()
}

fn most_missing(kbs: &MostMissing, has_exploited: bool) -> String {
    if kbs.rows.is_empty() {
        return String::new();
    }
    let mut columns = vec![
        Column::text("KB", |it: &KbRow| escaped(&it.label)),
        Column::text("title", |it| escaped(&it.name)),
        Column::number("tenants", |it| it.tenants.clone()),
        Column::number("machines", |it| it.machines.clone()),
        Column::number("exposure", |it| it.exposure.clone()),
    ];
    if has_exploited {
        columns.push(Column::text("known exploited", |it| {
            it.exploited.to_owned()
        }));
    }
    format!(
        "### KBs that are missing most\n\n{}",
        table(&columns, &kbs.rows)
    )
}

/// A column of a table. Its cells must be escaped.
struct Column<Item> {
    heading: &'static str,
    rule: &'static str,
    cell: fn(&Item) -> String,
}

impl<Item> Column<Item> {
    fn text(heading: &'static str, cell: fn(&Item) -> String) -> Self {
        Self {
            heading,
            rule: "---",
            cell,
        }
    }

    fn number(heading: &'static str, cell: fn(&Item) -> String) -> Self {
        Self {
            rule: "---:",
            ..Self::text(heading, cell)
        }
    }
}

fn table<Item>(columns: &[Column<Item>], items: &[Item]) -> String {
    let headings: Vec<&str> = columns.iter().map(|it| it.heading).collect();
    let rules: Vec<&str> = columns.iter().map(|it| it.rule).collect();
    let rows = items.iter().map(|item| {
        let cells: Vec<String> = columns.iter().map(|it| (it.cell)(item)).collect();
        line(&cells)
    });
    [line(&headings), line(&rules)]
        .into_iter()
        .chain(rows)
        .collect()
}

fn line<S: AsRef<str>>(cells: &[S]) -> String {
    let cells = cells.iter().map(|cell| format!(" {} |", cell.as_ref()));
    format!("|{}\n", cells.collect::<String>())
}
