//! How often kept and inferred answers were wrong in the last runs.

use askama::Template;
use jiff::tz::TimeZone;

use crate::{
    domain::text::thousands,
    report::{
        Run,
        time::local_minute,
        view::rechecks::{COLUMNS, Recheck, TITLE, last_rechecks},
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "rechecks.html")]
pub(super) struct Rechecks {
    title: &'static str,
    columns: [&'static str; COLUMNS.len()],
    rows: Vec<Row>,
}

struct Row {
    run: String,
    figures: [String; COLUMNS.len() - 1],
}

impl Rechecks {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let rechecks = last_rechecks(run.trend).into_iter();
        Self {
            title: TITLE,
            columns: COLUMNS,
            rows: rechecks
                .map(|it| Row::of(it, &run.facts.time_zone))
                .collect(),
        }
    }
}

impl Row {
    fn of(recheck: Recheck, zone: &TimeZone) -> Self {
        let result = recheck.result;
        Self {
            run: local_minute(recheck.started_at, zone),
            figures: [
                thousands(result.machines),
                thousands(result.differed),
                result.share_in_percent().unwrap_or_default(),
                result.at_most_in_percent(),
            ],
        }
    }
}
