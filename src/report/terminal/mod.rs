//! The summary for a terminal. Coverage comes first, because the reliability of all other figures
//! depends on it.

mod changes;
mod coverage;
mod first_rows;
mod lists;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

use std::io;

pub use style::Style;

pub(crate) use self::table::{Column, lines as table};

use super::{
    Run,
    plain::plain,
    view::{self, coverage::last_seen_in_doubt},
};
use crate::domain::text::{counted, thousands};

/// The summary of a run, shortened to fit a screen. The lists of the worst KBs and machines are in
/// the files. Fails if the gaps cannot be read.
pub fn screen(run: &Run<'_>, width: u16, style: Style) -> io::Result<String> {
    let all = [
        [coverage::lines(run, style), totals(run)].concat(),
        lists::actions(run, width, style)?,
        [
            changes::summary(run, width, style),
            census(run, 1),
            place(run),
        ]
        .concat(),
    ];
    Ok(sections(all.into_iter()))
}

/// The full summary of a run, for a log or a pipe. `width` is in columns. Fails if the gaps cannot
/// be read.
pub fn render(run: &Run<'_>, width: u16, style: Style) -> io::Result<String> {
    let all = [
        coverage::lines(run, style),
        totals(run),
        changes::summary(run, u16::MAX, style),
        census(run, 3),
        lists::worst_kbs(run, width),
        lists::worst_machines(run, width),
        lists::actions(run, width, style)?,
        files(run),
    ];
    Ok(sections(all.into_iter()))
}

/// The changes between two runs, for a terminal. `width` is in columns.
pub fn changes(run: &Run<'_>, width: u16, style: Style) -> String {
    sections(changes::sections(run, width, style).into_iter())
}

/// Joins the sections with blank lines.
fn sections(sections: impl Iterator<Item = Vec<String>>) -> String {
    let written: Vec<String> = sections
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join("\n") + "\n")
        .collect();
    written.join("\n")
}

fn totals(run: &Run<'_>) -> Vec<String> {
    let fleet = run.fleet;
    let mut lines = Vec::new();
    if !fleet.kbs.is_empty() {
        let kbs = counted(fleet.kbs.len() as u64, "KB is", "KBs are");
        let gaps = counted(fleet.gaps, "gap", "gaps");
        let machines = counted(fleet.coverage.with_gaps, "machine", "machines");
        lines.push(format!("{kbs} missing: {gaps} on {machines}"));
        lines.push(format!(
            "exposure {}: machine-times-CVE, an upper bound: KBs overlap",
            thousands(fleet.exposure)
        ));
    }
    if fleet.coverage.clean > 0 {
        let clean = counted(fleet.coverage.clean, "machine misses", "machines miss");
        lines.push(match run.inventory.last_seen_column() {
            Some(_) => format!("{clean} nothing"),
            None => {
                format!("{clean} nothing, or sent nothing for 30 days: the answers look alike")
            }
        });
    }
    lines.extend(last_seen_in_doubt(run).map(|doubt| plain(&doubt)));
    if fleet.coverage.no_current_data > 0 {
        let machines = counted(fleet.coverage.no_current_data, "machine", "machines");
        lines.push(format!(
            "no current data of {machines}: not seen for 30 days, an empty answer means nothing"
        ));
    }
    lines
}

/// The service's own count beside ours, with up to so many of the largest differences.
fn census(run: &Run<'_>, differences: usize) -> Vec<String> {
    let sentences = view::census::sentences(run, differences).into_iter();
    sentences.map(|it| plain(&it)).collect()
}

/// The location of the files, in one line.
fn place(run: &Run<'_>) -> Vec<String> {
    let files = &run.facts.files;
    let folder = plain(&run.facts.folder.display().to_string());
    // Users open the page first.
    let page = files.iter().find(|name| *name == "report.html");
    let first = page.or(files.first());
    let line = first.map(|first| match files.len() - 1 {
        0 => format!("reports in {folder}: {first}"),
        1 => format!("reports in {folder}: {first} and another file"),
        more => format!("reports in {folder}: {first} and {more} more"),
    });
    line.into_iter().collect()
}

fn files(run: &Run<'_>) -> Vec<String> {
    if run.facts.files.is_empty() {
        return Vec::new();
    }
    let folder = plain(&run.facts.folder.display().to_string());
    let files = run.facts.files.join(", ");
    vec![format!("reports in {folder}: {files}")]
}
