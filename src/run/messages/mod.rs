//! The messages of a run besides its reports: at its beginning and at its end.

mod begin;
mod end;
mod unreadable;

use tracing::info;

pub(crate) use self::begin::{listed, listed_by_service, shared_names, unreadable_last_seen};
pub(super) use self::{
    begin::{resuming, reusable_answers, waiting_for_other},
    end::{how_it_ended, how_to_resume, rendered},
    unreadable::warn_of_unreadable,
};
use crate::config::Console;

/// Prints a message that is not a warning, without disturbing the progress display.
pub(crate) fn inform(console: Console, text: &str) {
    if !console.quiet {
        info!(target: "patchgap::progress", "{text}");
    }
}
