//! What a run says to people beside its reports: at its beginning, and at its end.

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

/// Says something that is no warning, beside the progress.
pub(crate) fn inform(console: Console, text: &str) {
    if !console.quiet {
        info!(target: "patchgap::progress", "{text}");
    }
}
