//! The figures by device group, platform and tag.

use askama::Template;

use super::{super::Scene, first_rows::FirstRows};
use crate::report::{
    table,
    view::groups::{GroupsBy, largest},
};

/// The number of groups to show by each column.
const MAX_GROUPS: usize = 20;

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "groups.html")]
pub(super) struct Groups {
    tables: Vec<GroupTable>,
}

struct GroupTable {
    /// The word of the column, for ids.
    by: &'static str,
    caption: String,
    first: FirstRows,
}

impl Groups {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let tables = largest(&scene.run, MAX_GROUPS).into_iter();
        Self {
            tables: tables.map(|it| GroupTable::of(scene, &it)).collect(),
        }
    }
}

impl GroupTable {
    fn of(scene: &Scene<'_>, largest: &GroupsBy<'_>) -> Self {
        let rest = largest.rest().map(|rest| format!(" ({rest})"));
        Self {
            by: largest.by.as_str(),
            caption: format!("{}{}", largest.title, rest.unwrap_or_default()),
            first: FirstRows::of::<table::Groups>(&scene.run, &largest.groups),
        }
    }
}
