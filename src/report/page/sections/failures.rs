//! Every machine and inventory row without an answer.

use askama::Template;

use super::{
    super::{MOST_ROWS, Scene},
    first_rows::FirstRows,
};
use crate::{domain::text::thousands, report::table};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "failures.html")]
pub(super) struct Failures {
    total: usize,
    most: Option<String>,
    first: FirstRows,
}

impl Failures {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let rows = table::Failures::rows(&scene.run, &scene.names);
        let total = rows.len();
        Self {
            total,
            most: (total > MOST_ROWS).then(|| thousands(MOST_ROWS as u64)),
            first: FirstRows::of::<table::Failures>(&scene.run, &rows),
        }
    }
}
