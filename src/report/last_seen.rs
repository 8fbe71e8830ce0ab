//! Beside the number of clean machines: how many of them may be silent, because the list says when
//! they were last seen in a way that is not understood.

use super::Run;
use crate::domain::text::counted;

/// How many clean machines may be silent, and why that is not known; none where it is.
pub(super) fn in_doubt(run: &Run<'_>) -> Option<String> {
    let unread = run.fleet.unread_last_seen.as_ref()?;
    let column = &run.inventory.columns[run.inventory.last_seen_column()?];
    Some(format!(
        "{} without gaps may be silent rather than clean: {}",
        counted(unread.machines, "machine", "machines"),
        unread.sentence(column)
    ))
}
