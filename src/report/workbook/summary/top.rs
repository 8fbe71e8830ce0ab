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
    if let Some(sources) = view::sources::sentence(run) {
        page.wide(&sources, CellStyle::Note, 2)?;
    }
    page.wide(&view::headline::headline(run), CellStyle::Headline, 2)?;
    if let Some(exploited) = risk::sentence(run) {
        page.wide(&exploited, CellStyle::Alarm, 2)?;
    }
    for sentence in policy::sentences(run) {
        page.wide(&sentence, CellStyle::Note, 2)?;
    }
    if let Some(old) = risk::warning(run) {
        page.wide(&old, CellStyle::Warning, 2)?;
    }
    page.labelled("Coverage", &answered(&run.fleet.coverage))?;
    if let Some(pending) = pending(run) {
        page.labelled("Not queried", &pending)?;
    }
    if let Some(banner) = banner(run) {
        page.wide(&banner.text, style(banner.level), 2)?;
    }
    if let Some(support) = support::warning(run) {
        page.wide(&support, style(support::level(run)), 2)?;
    }
    Ok(())
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
    if let Some(check) = list_check::sentence(run) {
        page.wide(&check, CellStyle::Note, 3)?;
    }
    if let Some(missing) = support::missing_software(run) {
        page.wide(&missing, CellStyle::Note, 3)?;
    }
    if let Some(feeds) = risk::feeds_sentence(run) {
        page.wide(&feeds, CellStyle::Note, 3)?;
    }
    Ok(())
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
    page.wide(&sentence(past.changes, run.facts), CellStyle::Note, 2)?;
    if let Some(news) = risk::news(run) {
        page.wide(&news, CellStyle::Alarm, 2)?;
    }
    if let Some(exposure) = exposure_sentence(past.changes) {
        page.wide(&exposure, CellStyle::Note, 2)?;
    }
    for sentence in week::sentences(run) {
        page.wide(&sentence, CellStyle::Note, 2)?;
    }
    match doubt(run) {
        Some(doubt) => page.wide(&format!("Warning: {doubt}"), CellStyle::Note, 2),
        None => Ok(()),
    }
}
