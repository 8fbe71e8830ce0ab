//! The messages of a run besides its reports: at its beginning and at its end.

mod begin;
mod end;
mod unreadable;

use tracing::info;

pub(crate) use self::begin::{shared_names, unread_times};
pub(super) use self::{
    begin::{busy, could_reuse, going_on},
    end::{can_go_on, ended_with, rendered},
    unreadable::warn_of_unreadable,
};
use crate::config::Console;

/// Prints a message that is not a warning, without disturbing the progress display.
pub(crate) fn inform(console: Console, text: &str) {
    if !console.quiet {
        info!(target: "patchgap::progress", "{text}");
    }
}
