//! The coverage of the run, and warnings about the figures.

use askama::Template;

use super::super::{charts::bar, paint::Paint, shown::text};
use crate::{
    aggregate::Coverage,
    domain::text::{counted, thousands},
    report::{
        Run,
        view::{
            changes::doubt,
            coverage::{self, answered, banner, last_seen_in_doubt, reused, wrong_list},
            list_check,
        },
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "coverage.html")]
pub(super) struct Section {
    banner: Option<String>,
    warnings: Vec<String>,
    answered: String,
    bar: String,
    parts: [Part; 4],
    invalid: Option<String>,
    notes: Vec<String>,
}

/// The machines or rows of the inventory with one status.
struct Part {
    paint: Paint,
    what: &'static str,
    count: String,
}

impl Section {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let coverage = &run.fleet.coverage;
        let parts = coverage::parts(coverage);
        let invalid = run.inventory.rejected.len() as u64;
        Self {
            banner: banner(run).map(|it| text(&it)),
            warnings: warnings(run),
            answered: answered(coverage),
            bar: bar(&parts),
            parts: parts.map(part),
            invalid: (invalid > 0).then(|| counted(invalid, "row", "rows")),
            notes: notes(run),
        }
    }
}

fn part(part: coverage::StatusCount) -> Part {
    Part {
        paint: part.status.into(),
        what: part.label,
        count: thousands(part.machines),
    }
}

fn warnings(run: &Run<'_>) -> Vec<String> {
    let mut warnings = Vec::from_iter(wrong_list(&run.fleet.coverage));
    let base = run.past.map(|past| &past.changes.base);
    warnings.extend(base.and_then(|base| doubt(run.facts, base)));
    warnings
}

fn notes(run: &Run<'_>) -> Vec<String> {
    let Coverage {
        clean,
        no_current_data,
        ..
    } = run.fleet.coverage;
    let mut notes = Vec::from_iter(coverage::skipped(run));
    notes.extend(list_check::sentence(run));
    notes.extend(reused(run));
    if no_current_data > 0 {
        notes.push(format!(
            "no current data of {}: nothing is listed as missing, but the list says that \
             they were not seen for more than 30 days; they do not count as clean",
            counted(no_current_data, "machine", "machines")
        ));
    }
    notes.extend(last_seen_in_doubt(run));
    if clean > 0 && run.inventory.last_seen_column().is_none() {
        notes.push(format!(
            "{} nothing; whether they were seen lately the list does not say",
            counted(clean, "machine misses", "machines miss")
        ));
    }
    notes
}
