//! The flags of `patchgap show`.

use clap::Args;

use super::{OutputFormat, StoredFlags};
use crate::config::{RunNumber, Settings, words};

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
    #[arg(value_parser = words::<OutputFormat>(OutputFormat::WORDS), hide_possible_values = true)]
    pub format: OutputFormat,

    /// The store and the console.
    #[command(flatten)]
    pub stored: StoredFlags,
}

impl Show {
    /// The number of the run, if it is given.
    pub fn run(&self) -> Option<i64> {
        self.run.map(|run| i64::from(run.get()))
    }
}

impl From<Show> for Settings {
    fn from(show: Show) -> Self {
        show.stored.into()
    }
}
