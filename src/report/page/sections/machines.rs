//! Every machine that answered.

use askama::Template;

use super::{
    super::{FIRST_ROWS, MOST_ROWS, Scene},
    first_rows::FirstRows,
};
use crate::{
    domain::text::thousands,
    report::table::{self, MachineContext},
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "machines.html")]
pub(super) struct Machines {
    total: usize,
    most: Option<String>,
    has_pairs: bool,
    first: FirstRows,
}

impl Machines {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let context = MachineContext::of(run, &scene.names);
        let rows = table::Machines::answered(&context).take(FIRST_ROWS);
        let rows: Vec<_> = rows.collect();
        let total = usize::try_from(run.fleet.coverage.answered).unwrap_or(usize::MAX);
        Self {
            total,
            most: (total > MOST_ROWS).then(|| thousands(MOST_ROWS as u64)),
            has_pairs: scene.has_pairs(),
            first: FirstRows::of::<table::Machines>(run, &rows)
                .with_list_columns(&scene.list_columns),
        }
    }
}
