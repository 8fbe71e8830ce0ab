//! How far the figures can be trusted.

use askama::Template;

use super::super::{
    charts::bar,
    paint::Paint,
    shown::{day, text},
};
use crate::{
    aggregate::Coverage,
    changes::Base,
    domain::text::{counted, thousands},
    report::{
        Run,
        last_seen::in_doubt,
        terminal::{
            coverage::{banner, reused, wrong_list},
            share,
        },
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "coverage.html")]
pub(super) struct Section {
    banner: Option<String>,
    warnings: Vec<String>,
    answered: String,
    machines: String,
    share: String,
    bar: String,
    parts: Vec<Part>,
    invalid: Option<String>,
    notes: Vec<String>,
}

/// One part of what was asked for.
struct Part {
    paint: Paint,
    what: &'static str,
    count: String,
}

impl Section {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let coverage = &run.fleet.coverage;
        let counts = counts(coverage);
        let invalid = run.inventory.rejected.len() as u64;
        Self {
            banner: coverage.is_partial().then(|| text(&banner(run))),
            warnings: warnings(run),
            answered: thousands(coverage.answered),
            machines: counted(coverage.machines(), "machine", "machines"),
            share: share(coverage.answered, coverage.machines()),
            bar: bar(&counts),
            parts: parts(&counts),
            invalid: (invalid > 0).then(|| counted(invalid, "row", "rows")),
            notes: notes(run),
        }
    }
}

fn counts(coverage: &Coverage) -> [(Paint, &'static str, u64); 4] {
    [
        (Paint::Answered, "answered", coverage.answered),
        (Paint::NotFound, "not found", coverage.not_found),
        (Paint::Failed, "failed", coverage.failed),
        (Paint::Pending, "not asked", coverage.pending),
    ]
}

fn parts(counts: &[(Paint, &'static str, u64)]) -> Vec<Part> {
    let parts = counts.iter().map(|&(paint, what, count)| Part {
        paint,
        what,
        count: thousands(count),
    });
    parts.collect()
}

fn warnings(run: &Run<'_>) -> Vec<String> {
    let mut warnings = Vec::from_iter(wrong_list(&run.fleet.coverage));
    if let Some(past) = run.past {
        let base = &past.changes.base;
        warnings.extend(poor_base(base, &day(base.started_at, &run.facts.time_zone)));
    }
    warnings
}

/// Why a comparison with this base is not fair.
pub(super) fn poor_base(base: &Base, day: &str) -> Option<String> {
    let Base { run, machines, .. } = *base;
    if !base.is_same_fleet {
        return Some(format!(
            "The list of run {run} of {day} was another one: fewer than half of the machines are \
             on both. What looks better or worse may be the list."
        ));
    }
    let answered = share(base.figures.answered, machines);
    (!base.is_enough()).then(|| {
        format!(
            "Run {run} of {day} was partial itself: {answered} of its machines answered. What \
             looks better or worse may be machines that had no answer then."
        )
    })
}

fn notes(run: &Run<'_>) -> Vec<String> {
    let Coverage {
        clean,
        no_current_data,
        ..
    } = run.fleet.coverage;
    let mut notes = Vec::from_iter(reused(run));
    if no_current_data > 0 {
        notes.push(format!(
            "no current data of {}: nothing is listed as missing, but the list says that \
             they were not seen for more than 30 days; they do not count as clean",
            counted(no_current_data, "machine", "machines")
        ));
    }
    notes.extend(in_doubt(run));
    if clean > 0 && run.inventory.last_seen_column().is_none() {
        notes.push(format!(
            "{} nothing; whether they were seen lately the list does not say",
            counted(clean, "machine misses", "machines miss")
        ));
    }
    notes
}
