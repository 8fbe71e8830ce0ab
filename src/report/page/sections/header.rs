//! The title, the headline, and which run this is.

use askama::Template;

use super::super::shown::text;
use crate::report::{
    Run,
    time::{local_day, zoned_minute},
    view::{headline::headline, method::list, policy, risk, sources},
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "header.html")]
pub(super) struct Header {
    title: String,
    /// How many machines were queried, if not all of them were.
    sources: Option<String>,
    headline: String,
    /// The sentence about known exploited gaps.
    exploited: Option<String>,
    /// The sentences about accepted and overdue gaps.
    policy: Vec<String>,
    began: String,
    inventory: String,
    base: Option<String>,
}

impl Header {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let facts = run.facts;
        Self {
            title: text(&facts.title),
            sources: sources::sentence(run),
            headline: headline(run),
            exploited: risk::sentence(run).map(|it| text(&it)),
            policy: policy::sentences(run),
            began: zoned_minute(facts.started_at, &facts.time_zone),
            inventory: text(&list(run)),
            base: base(run),
        }
    }
}

/// The run that this one is compared with.
pub(super) fn base(run: &Run<'_>) -> Option<String> {
    let base = run.past.map(|past| past.changes.base)?;
    let began = zoned_minute(base.started_at, &run.facts.time_zone);
    Some(format!("run {} of {began}", base.run))
}

/// The title of the page.
pub(in crate::report::page) fn title(run: &Run<'_>) -> String {
    let day = local_day(run.facts.started_at, &run.facts.time_zone);
    format!("{} {day}", run.facts.heading())
}
