//! The page's style and script, and the content security policy that forbids all others.

use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::sections::title;
use crate::report::{Run, view::groups::largest};

pub(in crate::report) const STYLE: &str = concat!(
    include_str!("style/base.css"),
    include_str!("style/figures.css"),
    include_str!("style/tables.css"),
    include_str!("style/charts.css"),
    include_str!("style/print.css"),
);

pub(super) const SCRIPT: &str = concat!(
    include_str!("script/data.js"),
    include_str!("script/cells.js"),
    include_str!("script/copy.js"),
    include_str!("script/download.js"),
    include_str!("script/filter.js"),
    include_str!("script/selects.js"),
    include_str!("script/rows.js"),
    include_str!("script/kb_chart.js"),
    include_str!("script/lists.js"),
    include_str!("script/details.js"),
    include_str!("script/table.js"),
    include_str!("script/tables.js"),
    include_str!("script/actions.js"),
    include_str!("script/state.js"),
    include_str!("script/start.js"),
);

/// The part of the page before the first section.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "head.html")]
pub(super) struct Head {
    policy: String,
    title: String,
    style: &'static str,
    has_census: bool,
    has_cross_check: bool,
    has_groups: bool,
}

impl Head {
    pub(super) fn of(run: &Run<'_>) -> Self {
        Self {
            policy: policy(),
            title: title(run),
            style: STYLE,
            has_census: run.census.is_some(),
            has_cross_check: run.cross_check.is_some(),
            has_groups: !largest(run, 1).is_empty(),
        }
    }
}

/// The part of the page after the data.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "foot.html")]
pub(super) struct Foot {
    script: &'static str,
}

impl Default for Foot {
    fn default() -> Self {
        Self { script: SCRIPT }
    }
}

/// The content security policy: allows only this style and this script, and no requests.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// The hash of an inline element for the content security policy.
pub(in crate::report) fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
