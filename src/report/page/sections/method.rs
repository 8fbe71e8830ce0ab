//! The meaning of the figures, and the cost of collecting them.

use askama::Template;

use super::super::{MOST_GAPS, Scene, shown::text};
use super::header::base;
use crate::{
    domain::text::thousands,
    report::{
        time::{rfc3339, zoned_minute},
        view::method::{DEFINITIONS, Definition, calls, list, order, part},
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "method.html")]
pub(super) struct Method {
    tenant: Option<String>,
    began: String,
    ended: String,
    utc: String,
    list: String,
    part: Option<&'static str>,
    order: &'static str,
    base: Option<String>,
    tool: String,
    definitions: [Definition; DEFINITIONS.len()],
    api: String,
    calls: String,
    has_pairs: bool,
    most_gaps: String,
    files: Vec<String>,
}

impl Method {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let facts = scene.run.facts;
        let zone = &facts.time_zone;
        let utc = [facts.started_at, facts.finished_at].map(rfc3339);
        Self {
            tenant: facts.tenant_id.as_deref().map(text),
            began: zoned_minute(facts.started_at, zone),
            ended: zoned_minute(facts.finished_at, zone),
            utc: utc.join(" to "),
            list: text(&list(&scene.run)),
            part: part(&scene.run),
            order: order(&scene.run),
            base: base(&scene.run),
            tool: format!("{} {}", facts.tool.name, facts.tool.version),
            definitions: DEFINITIONS,
            api: text(&facts.api_url),
            calls: calls(&scene.run),
            has_pairs: scene.has_pairs(),
            most_gaps: thousands(MOST_GAPS),
            files: facts.files.iter().map(|it| text(it)).collect(),
        }
    }
}
