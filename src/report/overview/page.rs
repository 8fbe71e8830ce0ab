//! `overview.html`: a self-contained page about all tenants, without a script.

use std::io;

use askama::Template;

use super::{
    Overview,
    text::conclusion,
    totals::{Totals, kbs},
    view::{MostMissing, Row, Tile, rows, tiles, title},
};
use crate::report::{
    page::{STYLE, hash},
    time::zoned_minute,
};

#[derive(Template)]
#[template(config = "src/report/overview/askama.toml", path = "overview.html")]
struct Page {
    policy: String,
    style: &'static str,
    title: String,
    headline: String,
    began: String,
    tiles: Vec<Tile>,
    has_exploited: bool,
    rows: Vec<Row>,
    most_missing: MostMissing,
}

pub(super) fn render(overview: &Overview) -> io::Result<String> {
    let totals = Totals::of(overview);
    let has_exploited = totals.known_exploited.is_some();
    let kbs = kbs(overview);
    let page = Page {
        policy: format!(
            "default-src 'none'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash(STYLE)
        ),
        style: STYLE,
        title: title(overview),
        headline: conclusion(overview),
        began: zoned_minute(overview.started_at, &overview.time_zone),
        tiles: tiles(&totals, kbs.len()),
        has_exploited,
        rows: rows(overview),
        most_missing: MostMissing::of(&kbs),
    };
    page.render().map_err(io::Error::other)
}
