//! The coverage of the run, and warnings about the figures.

use askama::Template;

use super::super::{charts::bar, paint::Paint};
use crate::{
    domain::text::{counted, thousands},
    report::{
        Run,
        view::{
            changes::doubt,
            coverage::{
                self, Level, answered, banner, clean, last_seen_in_doubt, no_current_data, pending,
                reused, wrong_list,
            },
            list_check,
        },
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "coverage.html")]
pub(super) struct Section {
    banner: Option<Banner>,
    warnings: Vec<String>,
    answered: String,
    bar: String,
    parts: [Part; 4],
    invalid: Option<String>,
    notes: Vec<String>,
}

/// The warning that machines have no result.
struct Banner {
    class: &'static str,
    text: String,
}

impl From<coverage::Banner> for Banner {
    fn from(banner: coverage::Banner) -> Self {
        Self {
            class: match banner.level {
                Level::Amber => "banner amber",
                Level::Red => "banner",
            },
            text: banner.text,
        }
    }
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
            banner: banner(run).map(Banner::from),
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
    warnings.extend(doubt(run));
    warnings
}

fn notes(run: &Run<'_>) -> Vec<String> {
    let mut notes = Vec::from_iter(pending(run));
    notes.extend(coverage::skipped(run));
    notes.extend(list_check::sentence(run));
    notes.extend(reused(run));
    notes.extend(no_current_data(run));
    notes.extend(last_seen_in_doubt(run));
    notes.extend(clean(run).filter(|_| run.inventory.last_seen_column().is_none()));
    notes
}
