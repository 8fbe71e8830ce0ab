//! The flags of `patchgap diff`.

use std::time::Duration;

use clap::Args;

use super::{OutputFormat, StoredFlags};
use crate::config::{Days, RunNumber, Settings, Span, switch, words};

/// `patchgap diff`: shows what changed between two stored runs.
#[derive(Debug, Args)]
pub struct Diff {
    /// Run, by its number in `patchgap runs` [default: the one that reports compare with]
    #[arg(value_name = "RUN")]
    from: Option<RunNumber>,

    /// Another run; the earlier of both is the base [default: the last one]
    #[arg(value_name = "RUN")]
    to: Option<RunNumber>,

    /// Compare with the latest whole run at least this old, e.g. 7d
    ///
    /// A whole run has answers from 98 % of its machines. It may be younger by a fourteenth of the
    /// time, at most 12h, because nightly runs do not start at exactly the same minute.
    #[arg(
        long,
        value_name = "DURATION",
        conflicts_with = "from",
        help_heading = "Reports"
    )]
    since: Option<Days>,

    /// Output format: text, csv, json
    ///
    /// csv has the columns of changes.csv, json the fields of `changes` in summary.json.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Reports"
    )]
    #[arg(value_parser = words::<OutputFormat>(OutputFormat::WORDS), hide_possible_values = true)]
    pub format: OutputFormat,

    /// Count replaced KBs as resolved and new [default: false]
    ///
    /// Otherwise, a KB for which a newer one is now missing instead counts as replaced.
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub no_replaced: Option<bool>,

    /// The store and the console.
    #[command(flatten)]
    pub stored: StoredFlags,
}

impl Diff {
    /// The number of the earlier run, if it is given.
    pub fn from(&self) -> Option<i64> {
        self.from.map(|run| i64::from(run.get()))
    }

    /// The minimum age of the earlier run, if it is given.
    pub fn since(&self) -> Option<Duration> {
        self.since.map(Span::get)
    }

    /// The number of the later run, if it is given.
    pub fn to(&self) -> Option<i64> {
        self.to.map(|run| i64::from(run.get()))
    }
}

impl From<Diff> for Settings {
    fn from(diff: Diff) -> Self {
        Self {
            no_replaced: diff.no_replaced,
            ..diff.stored.into()
        }
    }
}
