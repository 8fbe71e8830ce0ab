//! Notes about the figures, in sentences.

use askama::Template;

use super::super::shown::text;
use crate::report::{
    Run,
    view::{
        coverage::{clean, last_seen_in_doubt, no_current_data, reused, skipped},
        list_check, risk, support,
    },
};

#[derive(Template)]
#[template(config = "src/report/page/askama.toml", path = "notes.html")]
pub(super) struct Notes {
    notes: Vec<String>,
}

impl Notes {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let is_silent_unknown = run.inventory.last_seen_column().is_none();
        let notes = [
            skipped(run),
            list_check::sentence(run),
            support::missing_software(run),
            risk::warning(run),
            risk::feeds_sentence(run),
            reused(run),
            no_current_data(run),
            last_seen_in_doubt(run),
            clean(run).filter(|_| is_silent_unknown),
        ];
        let notes = notes.into_iter().flatten();
        Self {
            notes: notes.map(|it| text(&it)).collect(),
        }
    }
}
