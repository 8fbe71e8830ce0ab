//! What is typed for `patchgap diff`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::ConsoleFlags;
use crate::{
    config::{Days, RunNumber, Settings, Span, switch, words},
    domain::words::words as define_words,
};

define_words! {
    /// How changes are told.
    pub enum DiffFormat {
        /// For people.
        Text = "text",
        /// As `changes.csv` has them.
        Csv = "csv",
        /// As `summary.json` counts them.
        Json = "json",
    }
}

/// `patchgap diff`: tells what changed between two kept runs.
#[derive(Debug, Args)]
pub struct Diff {
    /// A run, by its number in `patchgap runs` [default: the one that the reports
    /// compare with]
    #[arg(value_name = "RUN")]
    from: Option<RunNumber>,

    /// Another run; whichever order they are given in, the earlier one is the base [default: the
    /// last one]
    #[arg(value_name = "RUN")]
    to: Option<RunNumber>,

    /// Compare the last run with the latest whole run (98 % answered) that is at least so old, such
    /// as 7d; nightly runs may start up to a fourteenth of it apart, at most 12h
    #[arg(
        long,
        value_name = "DURATION",
        conflicts_with = "from",
        help_heading = "Reports"
    )]
    since: Option<Days>,

    /// How changes are told, on standard output: text for people, csv as in changes.csv, json as
    /// in summary.json
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Reports"
    )]
    #[arg(value_parser = words::<DiffFormat>(DiffFormat::WORDS))]
    pub format: DiffFormat,

    /// In what changed, count a KB in whose place a newer one is missing as resolved, and the
    /// newer one as new [default: false]
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub no_replaced: Option<bool>,

    /// Configuration file [default: patchgap.toml here, else in the configuration folder]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,

    /// File in which answers are kept [default: in the platform's folder for state]
    #[arg(long, value_name = "FILE", help_heading = "Store")]
    pub state: Option<PathBuf>,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

impl Diff {
    /// The number of the earlier run, where it is named.
    pub fn from(&self) -> Option<i64> {
        self.from.map(|run| i64::from(run.get()))
    }

    /// The least age of the earlier run, where it is given.
    pub fn since(&self) -> Option<Duration> {
        self.since.map(Span::get)
    }

    /// The number of the later run, where it is named.
    pub fn to(&self) -> Option<i64> {
        self.to.map(|run| i64::from(run.get()))
    }
}

impl From<Diff> for Settings {
    fn from(diff: Diff) -> Self {
        let said = Self {
            config: diff.config,
            state: diff.state,
            no_replaced: diff.no_replaced,
            ..diff.console.into()
        };
        said.without_requests()
    }
}
