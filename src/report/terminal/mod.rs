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

pub use style::Style;

pub(crate) use self::table::{Column, lines as table};

use super::{
    Run,
    plain::plain,
    view::{self, facts::PAGE_FILE},
};
use crate::domain::{
    text::{counted, thousands},
    wrap::wrapped,
};

/// The maximum number of lines on a screen; the exit code follows in one or two more.
const SCREEN: usize = 18;

/// The summary of a run, shortened to fit a screen. The lists of the worst KBs and machines are in
/// the files.
pub fn screen(run: &Run<'_>, width: u16, style: Style) -> String {
    let top = [
        sources(run, width),
        headline(run, width, style),
        coverage::lines(run, width, style),
        wrapped(&view::figures::main_figures(run), width),
    ];
    let plan = lists::actions(run, width);
    let changes = changes::summary(run, width, style);
    let place = place(run);
    let written = [&top.concat(), &plan, &changes, &place];
    // The sections are separated by blank lines.
    let lines = written.map(Vec::len).iter().sum::<usize>() + 2;
    let notes = notes(run, width, SCREEN.saturating_sub(lines));
    let all = [top.concat(), plan, [changes, notes, place].concat()];
    sections(all.into_iter())
}

/// The notes that fit into this number of lines, last week first. The others are in the reports.
fn notes(run: &Run<'_>, width: u16, lines: usize) -> Vec<String> {
    let week = view::week::sentences(run).into_iter();
    let notes = week.chain(coverage::notes(run)).chain(census(run, 1));
    let notes = notes.chain(cross_check(run).into_iter().take(1));
    let mut shown: Vec<String> = Vec::new();
    for note in notes.map(|note| wrapped(&note, width)) {
        if shown.len() + note.len() <= lines {
            shown.extend(note);
        }
    }
    shown
}

/// The full summary of a run, for a log or a pipe. `width` is in columns.
pub fn render(run: &Run<'_>, width: u16, style: Style) -> String {
    let notes = coverage::notes(run).into_iter();
    let all = [
        [
            sources(run, width),
            headline(run, width, style),
            coverage::lines(run, width, style),
        ]
        .concat(),
        totals(run, width),
        lists::actions(run, width),
        changes::summary(run, u16::MAX, style),
        view::week::sentences(run),
        notes.collect(),
        census(run, 3),
        cross_check(run),
        lists::worst_kbs(run, width),
        lists::worst_machines(run, width),
        files(run),
    ];
    sections(all.into_iter())
}

/// The changes between two runs, for a terminal. `width` is in columns.
pub fn changes(run: &Run<'_>, width: u16, style: Style) -> String {
    sections(changes::sections(run, width, style).into_iter())
}

fn headline(run: &Run<'_>, width: u16, style: Style) -> Vec<String> {
    let mut lines = wrapped(&view::headline::headline(run), width);
    let exploited = view::risk::sentence(run);
    lines.extend(exploited.map_or_else(Vec::new, |it| wrapped(&plain(&it), width)));
    let mut lines: Vec<String> = lines.iter().map(|line| style.bold(line)).collect();
    for sentence in view::policy::sentences(run) {
        lines.extend(wrapped(&sentence, width));
    }
    lines
}

/// How many machines were queried, if not all of them were.
fn sources(run: &Run<'_>, width: u16) -> Vec<String> {
    let sentence = view::sources::sentence(run);
    sentence.map_or_else(Vec::new, |it| wrapped(&it, width))
}

/// Joins the sections with blank lines.
fn sections(sections: impl Iterator<Item = Vec<String>>) -> String {
    let written: Vec<String> = sections
        .filter(|lines| !lines.is_empty())
        .map(|lines| lines.join("\n") + "\n")
        .collect();
    written.join("\n")
}

/// The totals, with those of the earlier run if there is one.
fn totals(run: &Run<'_>, width: u16) -> Vec<String> {
    let fleet = run.fleet;
    if fleet.kbs.is_empty() {
        return Vec::new();
    }
    let kbs = counted(fleet.kbs.len() as u64, "missing KB", "missing KBs");
    let gaps = counted(fleet.gaps, "gap", "gaps");
    let machines = counted(fleet.coverage.with_gaps, "machine", "machines");
    let exposure = format!(
        "Exposure score {} (CVEs summed over all gaps; an upper bound, because KBs overlap)",
        thousands(fleet.exposure)
    );
    let mut lines = vec![format!("{kbs}: {gaps} on {machines}")];
    lines.extend(wrapped(&exposure, width));
    if run.past.is_some() {
        lines.extend(wrapped(&view::figures::main_figures(run), width));
    }
    lines
}

/// The service's own count compared with the run's, with up to this number of the largest
/// differences.
fn census(run: &Run<'_>, differences: usize) -> Vec<String> {
    let sentences = view::census::sentences(run, differences).into_iter();
    sentences.map(|it| plain(&it)).collect()
}

/// The comparison with a second source.
fn cross_check(run: &Run<'_>) -> Vec<String> {
    let sentences = view::cross_check::sentences(run).into_iter();
    sentences.map(|it| plain(&it)).collect()
}

/// The location of the files, in one line.
fn place(run: &Run<'_>) -> Vec<String> {
    let facts = run.facts;
    let files = &facts.files;
    let folder = plain(&run.facts.folder.display().to_string());
    // Users open the page first.
    let page = facts.has_page().then_some(PAGE_FILE);
    let first = page.or(files.first().map(String::as_str));
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
