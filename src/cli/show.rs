//! What is typed for `patchgap show`.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleFlags;
use crate::{
    config::{RunNumber, Settings, words},
    domain::words::words as define_words,
};

define_words! {
    /// Output format.
    pub enum ShowFormat {
        /// For people.
        Text = "text",
        /// A row for each gap.
        Csv = "csv",
        /// An object with the gaps.
        Json = "json",
    }
}

/// `patchgap show`: who misses an update, or what a machine misses.
#[derive(Debug, Args)]
pub struct Show {
    /// An update (KB5059339 or 5059339), or a machine by its id or name
    #[arg(value_name = "KB_OR_MACHINE")]
    pub what: String,

    /// Run, by its number in `patchgap runs` [default: the last one]
    #[arg(long, value_name = "RUN", help_heading = "Store")]
    run: Option<RunNumber>,

    /// Output format: text, csv, json
    ///
    /// csv has a row for each gap, json an object with the same rows.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Reports"
    )]
    #[arg(value_parser = words::<ShowFormat>(ShowFormat::WORDS), hide_possible_values = true)]
    pub format: ShowFormat,

    /// Configuration file [default: patchgap.toml here, else in the config folder]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,

    /// File of the store [default: in the platform's state folder]
    #[arg(long, value_name = "FILE", help_heading = "Store")]
    pub state: Option<PathBuf>,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

impl Show {
    /// The number of the run, if it is given.
    pub fn run(&self) -> Option<i64> {
        self.run.map(|run| i64::from(run.get()))
    }
}

impl From<Show> for Settings {
    fn from(show: Show) -> Self {
        let said = Self {
            config: show.config,
            state: show.state,
            ..show.console.into()
        };
        said.without_requests()
    }
}
