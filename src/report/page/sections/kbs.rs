//! Every missing KB.

use askama::Template;

use super::{super::Scene, first_rows::FirstRows};
use crate::report::table;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "kbs.html")]
pub(super) struct Kbs {
    total: usize,
    has_pairs: bool,
    nobody_answered: bool,
    first: FirstRows,
}

impl Kbs {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let rows: Vec<_> = table::Kbs::rows(run).collect();
        Self {
            total: rows.len(),
            has_pairs: scene.has_pairs(),
            nobody_answered: run.fleet.coverage.answered == 0,
            first: FirstRows::of::<table::Kbs>(run, &rows),
        }
    }
}
