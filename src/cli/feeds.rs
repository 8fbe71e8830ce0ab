//! The flags of `patchgap feeds`.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleFlags;
use crate::config::{FeedUrl, Retries, Settings, Span, Whole};

/// `patchgap feeds`.
#[derive(Debug, Args)]
pub struct Feeds {
    /// Configuration file [default: patchgap.toml here, else in the config folder]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    config: Option<PathBuf>,

    /// Folder for the feeds [default: in the data folder]
    ///
    /// By default `patchgap/feeds` in the platform's data folder, where `patchgap report` looks for them. It is
    /// created if it does not exist.
    #[arg(
        id = "feeds",
        long = "feeds",
        value_name = "DIR",
        help_heading = "Feeds"
    )]
    folder: Option<PathBuf>,

    /// Months of MSRC, the current one included
    ///
    /// Older months in the folder stay.
    #[arg(long, value_name = "N", default_value = "36", help_heading = "Feeds")]
    months: Whole<1, 240>,

    /// Address of CISA's KEV catalogue, as JSON [default: CISA]
    ///
    /// https, or plain http for a loopback address.
    #[arg(long, value_name = "URL", help_heading = "Feeds")]
    kev_url: Option<FeedUrl>,

    /// Address of the EPSS scores [default: FIRST]
    ///
    /// https, or plain http for a loopback address.
    #[arg(long, value_name = "URL", help_heading = "Feeds")]
    epss_url: Option<FeedUrl>,

    /// Base address of MSRC's months [default: Microsoft]
    ///
    /// Below it are `updates`, the list of months, and `cvrf/2026-Nov`. https, or plain http for a loopback
    /// address.
    #[arg(long, value_name = "URL", help_heading = "Feeds")]
    msrc_url: Option<FeedUrl>,

    /// Extra root certificate (PEM), trusted for all of them
    #[arg(long, value_name = "FILE", help_heading = "Service")]
    ca_cert: Option<PathBuf>,

    /// Time limit of one attempt to connect, and of each pause [default: 30s]
    #[arg(long, value_name = "DURATION", help_heading = "Service")]
    timeout: Option<Span>,

    /// Retries after the first attempt [default: 5]
    #[arg(long, value_name = "N", help_heading = "Service")]
    retries: Option<Retries>,

    /// The console.
    #[command(flatten)]
    console: ConsoleFlags,
}

impl Feeds {
    /// The number of months.
    pub fn months(&self) -> u16 {
        u16::try_from(self.months.get()).unwrap_or(u16::MAX)
    }
}

impl From<Feeds> for Settings {
    fn from(flags: Feeds) -> Self {
        Self {
            config: flags.config,
            feeds: flags.folder,
            kev_url: flags.kev_url,
            epss_url: flags.epss_url,
            msrc_url: flags.msrc_url,
            ca_cert: flags.ca_cert,
            timeout: flags.timeout,
            retries: flags.retries,
            ..flags.console.into()
        }
    }
}
