//! The tenant and the time of the run.

use askama::Template;

use super::super::shown::text;
use crate::report::{
    Run,
    time::{local_day, rfc3339, zoned_minute},
    view::method::{list, order},
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "header.html")]
pub(super) struct Header {
    title: String,
    tenant: Option<String>,
    began: String,
    began_utc: String,
    ended: String,
    ended_utc: String,
    tool: String,
    inventory: String,
    order: &'static str,
    base: Option<String>,
}

impl Header {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let facts = run.facts;
        let zone = &facts.time_zone;
        let base = run.past.map(|past| past.changes.base);
        Self {
            title: text(&facts.title),
            tenant: facts.tenant_id.as_deref().map(text),
            began: zoned_minute(facts.started_at, zone),
            began_utc: rfc3339(facts.started_at),
            ended: zoned_minute(facts.finished_at, zone),
            ended_utc: rfc3339(facts.finished_at),
            tool: format!("{} {}", facts.tool.name, facts.tool.version),
            inventory: text(&list(run)),
            order: order(facts.rank_by),
            base: base.map(|it| format!("run {} of {}", it.run, zoned_minute(it.started_at, zone))),
        }
    }
}

/// The title of the page.
pub(in crate::report::page) fn title(run: &Run<'_>) -> String {
    let day = local_day(run.facts.started_at, &run.facts.time_zone);
    format!("{} {day}", run.facts.heading())
}
