//! The answers compared with a second source.

use askama::Template;

use super::{
    super::{FIRST_ROWS, Scene, shown::text},
    first_rows::FirstRows,
};
use crate::{
    domain::text::thousands,
    report::{
        table::{self, MachineNames, Table},
        view::cross_check,
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "cross_check.html")]
pub(super) struct CrossCheck {
    /// Empty if there is no comparison.
    sentences: Vec<String>,
    first: FirstRows,
    /// The number of rows that differ, if not all of them are shown.
    total: Option<String>,
}

impl CrossCheck {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let names = MachineNames::of(run.inventory);
        let rows = table::CrossCheck::least_explained(run, &names, FIRST_ROWS);
        let total = table::CrossCheck::count(run);
        let sentences = cross_check::sentences(run).into_iter();
        Self {
            sentences: sentences.map(|it| text(&it)).collect(),
            first: FirstRows::of::<table::CrossCheck>(run, &rows),
            total: (total > FIRST_ROWS as u64).then(|| thousands(total)),
        }
    }
}
