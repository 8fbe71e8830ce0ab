//! The run's identity, and the warnings about its figures.

use rust_xlsxwriter::XlsxError;

use super::{
    local,
    page::{CellStyle, Page},
};
use crate::{
    domain::ending::{EndingWord, RunOutcome},
    report::{
        Run,
        view::{
            self,
            changes::{doubt, exposure_sentence, sentence},
            coverage::{Level, answered, banner, pending},
            list_check, policy, risk, support, week,
        },
    },
};

/// Writes what to read first: the headline, and how much of the list it covers.
pub(super) fn headline(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    page.title(&run.facts.heading())?;
    page.wide(view::sources::sentence(run), CellStyle::Note, 2)?;
    page.wide([view::headline::headline(run)], CellStyle::Headline, 2)?;
    page.wide(risk::sentence(run), CellStyle::Alarm, 2)?;
    page.wide(policy::sentences(run), CellStyle::Note, 2)?;
    page.wide(risk::warning(run), CellStyle::Warning, 2)?;
    page.labelled("Coverage", &answered(&run.fleet.coverage))?;
    if let Some(pending) = pending(run) {
        page.labelled("Not queried", &pending)?;
    }
    if let Some(banner) = banner(run) {
        page.wide([banner.text], style(banner.level), 2)?;
    }
    page.wide(support::warning(run), style(support::level(run)), 2)
}

const fn style(level: Level) -> CellStyle {
    match level {
        Level::Amber => CellStyle::Warning,
        Level::Red => CellStyle::Alarm,
    }
}

/// Writes what changed since the base, and the identity of the run.
pub(super) fn details(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    page.heading("Changes")?;
    changes(page, run)?;
    page.heading("This run")?;
    let facts = run.facts;
    let tenant = facts.tenant_id.as_deref().unwrap_or("unknown");
    page.labelled("Tenant", tenant)?;
    let began = local(facts.started_at, &facts.time_zone);
    page.labelled("Began, local time", &began)?;
    for (label, time) in [
        ("Began, UTC", facts.started_at),
        ("Ended, UTC", facts.finished_at),
    ] {
        page.text(0, label, CellStyle::Label)?;
        page.time(1, time)?;
        page.next_row();
    }
    page.labelled("Outcome", outcome(run))?;
    page.wide(list_check::sentence(run), CellStyle::Note, 3)?;
    page.wide(support::missing_software(run), CellStyle::Note, 3)?;
    page.wide(risk::feeds_sentence(run), CellStyle::Note, 3)
}

fn outcome(run: &Run<'_>) -> &'static str {
    match (run.facts.outcome, run.facts.ended) {
        (RunOutcome::Complete, _) => "complete",
        (RunOutcome::Interrupted, _) => "interrupted",
        (RunOutcome::Refused, _) => "refused by the service",
        (RunOutcome::Partial, Some(EndingWord::OutOfTime)) => "partial: the time limit was reached",
        (RunOutcome::Partial, _) => "partial: some results are missing",
    }
}

/// Writes what changed since the base, and a warning if the comparison with it is not fair.
fn changes(page: &mut Page<'_>, run: &Run<'_>) -> Result<(), XlsxError> {
    let Some(past) = run.past else {
        return page.labelled("Changes", "nothing to compare with: this is the first run");
    };
    page.wide([sentence(past.changes, run.facts)], CellStyle::Note, 2)?;
    page.wide(risk::news(run), CellStyle::Alarm, 2)?;
    page.wide(exposure_sentence(past.changes), CellStyle::Note, 2)?;
    page.wide(week::sentences(run), CellStyle::Note, 2)?;
    let doubt = doubt(run).map(|doubt| format!("Warning: {doubt}"));
    page.wide(doubt, CellStyle::Note, 2)
}
