//! The sheet that explains the figures and their sources.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::{layout::MOST_COLUMNS, listing::print_nicely, summary::local, text::clean};
use crate::{
    changes::BaseRun,
    domain::text::thousands,
    report::{
        Run,
        time::rfc3339,
        view::{
            cross_check,
            method::{DEFINITIONS, calls, list, order, part},
        },
    },
};

const LIMITS: [(&str, &str); 2] = [
    (
        "Size",
        "A sheet lists at most 500,000 rows; beyond that it points to the CSV file. Texts are \
         cut at 32,000 characters, and say so. Characters that a workbook cannot hold are left \
         out.",
    ),
    (
        "Times",
        "In UTC, as the headers say: a workbook has no time zones.",
    ),
];

/// The height of a line in points, and the number of characters that fit on it in any font.
const HEIGHT: u32 = 16;
const ACROSS: usize = 100;
/// The maximum number of lines, because row heights are limited, and long text is not read.
const MOST_LINES: usize = 10;

pub(super) fn write(sheet: &mut Worksheet, run: &Run<'_>) -> Result<(), XlsxError> {
    sheet.set_name("About")?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 110)?;
    let label = Format::new().set_bold().set_align(FormatAlign::Top);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, (name, value)) in (0..).zip(lines(run)) {
        sheet.write_string_with_format(row, 0, name, &label)?;
        sheet.write_string_with_format(row, 1, clean(&value).into_owned(), &text)?;
        sheet.set_row_height(row, HEIGHT * lines_of(&value))?;
    }
    print_nicely(sheet);
    Ok(())
}

/// The number of lines a text needs. Not every program adjusts row heights by itself.
fn lines_of(text: &str) -> u32 {
    let lines = text.chars().count().div_ceil(ACROSS).clamp(1, MOST_LINES);
    u32::try_from(lines).unwrap_or(1)
}

fn lines(run: &Run<'_>) -> Vec<(&'static str, String)> {
    let facts = run.facts;
    let mut lines = vec![
        (
            "Written by",
            format!("{} {}", facts.tool.name, facts.tool.version),
        ),
        ("Asked", when(run)),
        ("API", facts.api_url.clone()),
        ("Calls", calls(run)),
        ("List of machines", list(run)),
    ];
    if run.cross_check.is_some() {
        lines.push(("Second source", cross_check::sentences(run).join(". ")));
    }
    lines.extend(part(run).map(|part| ("Part of the list", part.to_owned())));
    lines.extend([
        ("Order of the KBs", order(run).to_owned()),
        ("Compared with", compared(run)),
        ("Files", facts.files.join(", ")),
    ]);
    lines.extend(DEFINITIONS.map(|it| (it.term, it.text.to_owned())));
    lines.extend(LIMITS.map(|(name, text)| (name, text.to_owned())));
    if run.inventory.columns.len() > MOST_COLUMNS {
        let columns = format!("only the first {MOST_COLUMNS} of the list are in this workbook");
        lines.push(("Columns", columns));
    }
    lines
}

fn when(run: &Run<'_>) -> String {
    let facts = run.facts;
    let [began, ended] = [facts.started_at, facts.finished_at];
    format!(
        "{} to {}; in UTC {} to {}",
        local(began, &facts.time_zone),
        local(ended, &facts.time_zone),
        rfc3339(began),
        rfc3339(ended)
    )
}

fn compared(run: &Run<'_>) -> String {
    let Some(past) = run.past else {
        return "nothing: this is the first run of this tenant".to_owned();
    };
    let BaseRun {
        run: number,
        started_at,
        machines,
        figures,
        ..
    } = past.changes.base;
    format!(
        "run {number} of {}: {} of {} machines answered",
        rfc3339(started_at),
        thousands(figures.answered),
        thousands(machines)
    )
}
