//! The service's own count compared with the run's.

use askama::Template;

use super::{
    super::{FIRST_ROWS, Scene, shown::text},
    first_rows::FirstRows,
};
use crate::{
    domain::text::thousands,
    report::{table, view::census},
};

/// The number of differences with a sentence.
const SENTENCES: usize = 3;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "census.html")]
pub(super) struct Census {
    /// Empty if there is no census.
    sentences: Vec<String>,
    first: FirstRows,
    /// The number of rows that differ, if not all of them are shown.
    total: Option<String>,
}

impl Census {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let rows = run.census.map(census::largest).unwrap_or_default();
        let sentences = census::sentences(run, SENTENCES).into_iter();
        Self {
            sentences: sentences.map(|it| text(&it)).collect(),
            first: FirstRows::of::<table::Census>(run, &rows),
            total: (rows.len() > FIRST_ROWS).then(|| thousands(rows.len() as u64)),
        }
    }
}
