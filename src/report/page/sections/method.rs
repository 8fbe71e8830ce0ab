//! The meaning of the figures, and the cost of collecting them.

use askama::Template;

use super::super::{MOST_GAPS, Scene, shown::text};
use crate::{
    domain::text::thousands,
    report::view::method::{DEFINITIONS, Definition, calls},
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "method.html")]
pub(super) struct Method {
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
        Self {
            definitions: DEFINITIONS,
            api: text(&facts.api_url),
            calls: calls(&scene.run),
            has_pairs: scene.has_pairs(),
            most_gaps: thousands(MOST_GAPS),
            files: facts.files.iter().map(|it| text(it)).collect(),
        }
    }
}
