//! The flags of `patchgap machines`.

use std::path::PathBuf;

use clap::{Arg, Args};

use super::short;
use crate::config::Settings;

/// The options of `patchgap report` that have no effect on a list.
const NOT_OF_LISTS: [&str; 40] = [
    "parallel",
    "check_list",
    "column",
    "rate_limit",
    "pace",
    "concurrency",
    "budget",
    "until",
    "forget_limits",
    "fresh",
    "max_age",
    "keep_runs",
    "offline",
    "run",
    "out",
    "format",
    "title",
    "targets",
    "split_by",
    "rank_by",
    "feeds",
    "exceptions",
    "deadlines",
    "fail_on",
    "min_coverage",
    "source",
    "recheck",
    "max_missed",
    "changes_from",
    "cross_check",
    "no_replaced",
    "upload",
    "lake",
    "notify_on",
    "notify_format",
    "mail_to",
    "mail_from",
    "metrics",
    "dry_run",
    "progress",
];

/// Refuses an option that has no effect on a list.
pub(super) fn only_of_lists(argument: Arg) -> Arg {
    if NOT_OF_LISTS.contains(&argument.get_id().as_str()) {
        short::refused(argument)
    } else {
        short::only(&short::LIST_OPTIONS, argument)
    }
}

/// `patchgap machines`.
#[derive(Debug, Args)]
pub struct Machines {
    /// Output file [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub output: Option<PathBuf>,

    /// Every option.
    #[command(flatten)]
    pub settings: Settings,
}
