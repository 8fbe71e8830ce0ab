//! The flags that the commands about stored runs share.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleFlags;
use crate::{
    config::{Settings, Text},
    domain::words::words,
};

words! {
    /// Output format.
    pub enum OutputFormat {
        /// For people.
        Text = "text",
        /// With the columns of a CSV file.
        Csv = "csv",
        /// For other programs.
        Json = "json",
    }
}

/// The store and its tenants. `patchgap runs` has no other options.
#[derive(Debug, Args)]
pub struct StoredFlags {
    /// Configuration file [default: patchgap.toml here, else in the config folder]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<PathBuf>,

    /// File of the store [default: in the platform's state folder]
    #[arg(long, value_name = "FILE", help_heading = "Store")]
    pub state: Option<PathBuf>,

    /// File of tenants: a run for each, and an overview of all
    ///
    /// TOML with a table for each tenant: `[[tenant]]`, with `name`, `tenant_id`, and any option for this tenant
    /// alone. Each has a folder of its name below --out.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub tenants: Option<PathBuf>,

    /// Only this tenant of the file, by its name
    ///
    /// As without the file, but with the options of its table.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub tenant: Option<Text>,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

impl From<StoredFlags> for Settings {
    fn from(flags: StoredFlags) -> Self {
        let said = Self {
            config: flags.config,
            state: flags.state,
            tenants: flags.tenants,
            tenant: flags.tenant,
            ..flags.console.into()
        };
        said.without_requests()
    }
}
