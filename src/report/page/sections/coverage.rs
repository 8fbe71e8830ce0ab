//! The coverage of the run, and warnings about the figures.

use askama::Template;

use super::super::{charts::bar, paint::Paint};
use crate::{
    aggregate::MachineStatus,
    domain::text::{counted, thousands},
    report::{
        Run,
        view::{
            changes::doubt,
            coverage::{self, Level, answered, banner, pending, wrong_list},
            support,
        },
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "coverage.html")]
pub(super) struct Section {
    banner: Option<Banner>,
    support: Option<Support>,
    warnings: Vec<String>,
    answered: String,
    bar: String,
    parts: Vec<Part>,
    /// The line about machines that were not queried.
    pending: Option<String>,
    invalid: Option<String>,
}

/// The warning that machines have no result.
struct Banner {
    class: &'static str,
    text: String,
}

impl From<coverage::Banner> for Banner {
    fn from(banner: coverage::Banner) -> Self {
        Self {
            class: class(banner.level),
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
            support: Support::of(run),
            warnings: warnings(run),
            answered: answered(coverage),
            bar: bar(&parts),
            parts: parts.into_iter().filter(is_there).map(part).collect(),
            pending: pending(run),
            invalid: (invalid > 0).then(|| counted(invalid, "row", "rows")),
        }
    }
}

const fn class(level: Level) -> &'static str {
    match level {
        Level::Amber => "banner amber",
        Level::Red => "banner",
    }
}

/// The warning about machines whose Windows gets no more updates, with links to their lists.
struct Support {
    class: &'static str,
    warning: String,
    is_unsupported: bool,
    is_ending: bool,
}

impl Support {
    fn of(run: &Run<'_>) -> Option<Self> {
        Some(Self {
            class: class(support::level(run)),
            warning: support::warning(run)?,
            is_unsupported: run.fleet.coverage.unsupported > 0,
            is_ending: run.fleet.end_of_support.is_some_and(|it| it.ends_soon > 0),
        })
    }
}

/// Answered machines are always shown, others if there are some. Pending ones have a line.
fn is_there(part: &coverage::StatusCount) -> bool {
    match part.status {
        MachineStatus::Answered => true,
        MachineStatus::Pending => false,
        _ => part.machines > 0,
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
