//! The answers beside the service's own count, and beside a second source.

use askama::Template;

use super::{
    super::{FIRST_ROWS, Scene, shown::text},
    first_rows::FirstRows,
};
use crate::{
    domain::text::thousands,
    report::{
        table::{Census, CrossCheck, Table},
        view::{census, cross_check},
    },
};

/// The number of differences from the service's own count to put into words.
const SENTENCES: usize = 3;

/// A comparison, and the first rows that differ.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "differences.html")]
pub(super) struct Differences {
    id: &'static str,
    title: &'static str,
    label: &'static str,
    caption: &'static str,
    /// The file with all rows.
    file: &'static str,
    /// Empty if there is no comparison.
    sentences: Vec<String>,
    first: FirstRows,
    /// The number of rows that differ, if not all of them are shown.
    total: Option<String>,
}

impl Differences {
    pub(super) fn from_census(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let rows = run.census.map(census::largest).unwrap_or_default();
        Self {
            id: "census",
            title: "The service's own count",
            label: "Differences from the service's own count",
            caption: "Differences, the least explained first",
            file: Census::FILE,
            sentences: texts(&census::sentences(run, SENTENCES)),
            first: FirstRows::of::<Census>(run, &rows),
            total: total(rows.len() as u64),
        }
    }

    pub(super) fn from_second_source(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let rows = CrossCheck::least_explained(run, &scene.names, FIRST_ROWS);
        Self {
            id: "crosscheck",
            title: "A second source",
            label: "Differences from the second source",
            caption: "Gaps that differ, the unexplained ones first",
            file: CrossCheck::FILE,
            sentences: texts(&cross_check::sentences(run)),
            first: FirstRows::of::<CrossCheck>(run, &rows),
            total: total(CrossCheck::count(run)),
        }
    }
}

fn texts(sentences: &[String]) -> Vec<String> {
    sentences.iter().map(|it| text(it)).collect()
}

fn total(rows: u64) -> Option<String> {
    (rows > FIRST_ROWS as u64).then(|| thousands(rows))
}
