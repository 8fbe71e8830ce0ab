//! The tables that the script sorts and filters, with their first rows.

use askama::Template;

use super::{
    super::{FIRST_ROWS, MOST_ROWS, Scene},
    first_rows::FirstRows,
};
use crate::{
    domain::text::thousands,
    report::table::{self, MachineContext},
};

/// Every missing KB.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "kbs.html")]
pub(super) struct Kbs {
    total: usize,
    has_pairs: bool,
    nobody_answered: bool,
    first: FirstRows,
}

/// Every machine that answered.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "machines.html")]
pub(super) struct Machines {
    total: usize,
    most: Option<String>,
    has_pairs: bool,
    first: FirstRows,
}

/// Every machine and inventory row without an answer.
#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "failures.html")]
pub(super) struct Failures {
    total: usize,
    most: Option<String>,
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

impl Machines {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let run = &scene.run;
        let context = MachineContext::of(run, &scene.names);
        let rows = table::Machines::answered(&context).take(FIRST_ROWS);
        let rows: Vec<_> = rows.collect();
        let total = usize::try_from(run.fleet.coverage.answered).unwrap_or(usize::MAX);
        Self {
            total,
            most: most(total),
            has_pairs: scene.has_pairs(),
            first: FirstRows::of::<table::Machines>(run, &rows)
                .with_list_columns(&scene.list_columns),
        }
    }
}

impl Failures {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let rows = table::Failures::rows(&scene.run, &scene.names);
        Self {
            total: rows.len(),
            most: most(rows.len()),
            first: FirstRows::of::<table::Failures>(&scene.run, &rows),
        }
    }
}

/// The number of rows in the page, if there are more.
fn most(total: usize) -> Option<String> {
    (total > MOST_ROWS).then(|| thousands(MOST_ROWS as u64))
}
