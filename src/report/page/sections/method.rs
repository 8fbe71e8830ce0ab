//! The meaning of the figures, and the cost of collecting them.

use askama::Template;

use super::super::{MOST_GAPS, Scene, shown::text};
use crate::domain::text::thousands;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "method.html")]
pub(super) struct Method {
    api: String,
    sent: String,
    retried: String,
    throttled: String,
    has_pairs: bool,
    most_gaps: String,
    files: Vec<String>,
}

impl Method {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let facts = scene.run.facts;
        Self {
            api: text(&facts.api_url),
            sent: thousands(facts.requests.sent),
            retried: thousands(facts.requests.retried),
            throttled: thousands(facts.requests.throttled),
            has_pairs: scene.has_pairs(),
            most_gaps: thousands(MOST_GAPS),
            files: facts.files.iter().map(|it| text(it)).collect(),
        }
    }
}
