//! The flags of the commands with a simulated tenant.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleFlags;
use crate::{
    aggregate::RankBy,
    config::{Formats, MachineSource, OutFolder, Percent, Settings, Span, Whole, switch, words},
    progress::ProgressMode,
    quota::RateLimits,
    simulator::Faults,
};

/// `patchgap demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The tenant.
    #[command(flatten)]
    pub tenant: Tenant,

    /// Report folder; may contain {date} and {time} [default: reports]
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub out: Option<OutFolder>,

    /// Formats: csv,json,html,xlsx,parquet [default: csv,json,html,xlsx]
    #[arg(long, value_name = "LIST", help_heading = "Reports")]
    pub format: Option<Formats>,

    /// Order of the KBs everywhere: cve, exposure, machines
    #[arg(long, value_name = "ORDER", help_heading = "Reports")]
    #[arg(value_parser = words::<RankBy>(RankBy::WORDS), hide_possible_values = true)]
    pub rank_by: Option<RankBy>,

    /// Compare with the service's own count [default: false]
    ///
    /// The service counts how many machines miss each KB in each product.
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub census: Option<bool>,

    /// Query the machines that the service itself lists, instead of a file
    #[arg(long, help_heading = "Input")]
    pub all_machines: bool,

    /// Answered machines that count as complete, in %
    ///
    /// A few machines of the simulated tenant are gone, as in every real list.
    #[arg(long, value_name = "PERCENT", default_value = "95")]
    #[arg(help_heading = "Reports")]
    pub min_coverage: Percent,

    /// Show progress: auto, bar, log, off [default: auto]
    ///
    /// auto: a bar on a terminal, log lines elsewhere.
    #[arg(long, value_name = "MODE", help_heading = "Output")]
    #[arg(value_parser = words::<ProgressMode>(ProgressMode::WORDS), hide_possible_values = true)]
    pub progress: Option<ProgressMode>,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

/// `patchgap simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The tenant.
    #[command(flatten)]
    pub tenant: Tenant,

    /// Nights to simulate in advance
    ///
    /// In each, machines are patched and replaced, and updates are released.
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        help_heading = "Simulated tenant"
    )]
    pub nights: Whole<0, 1000>,

    /// Port of the API on 127.0.0.1; 0 for any free one
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        help_heading = "Simulated tenant"
    )]
    pub port: u16,

    /// Quota in calls per window, or none
    #[arg(long, value_name = "LIST", default_value = "100/min,1500/h")]
    #[arg(help_heading = "Simulated tenant")]
    pub rate_limit: RateLimits,

    /// Delay of every answer [default: none]
    #[arg(long, value_name = "DURATION", help_heading = "Simulated tenant")]
    pub latency: Option<Span>,

    /// Lifetime of an access token
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    #[arg(help_heading = "Simulated tenant")]
    pub token_lifetime: Span,

    /// Faults to simulate: none, occasional, or a list
    ///
    /// A list such as flapping-404=0.05,no-licence: the number is the share of the calls. Faults of
    /// the machine list and of the census begin with list- and census-. An unknown name prints the
    /// full list.
    #[arg(long, value_name = "LIST", default_value = "none")]
    #[arg(help_heading = "Simulated tenant")]
    pub faults: Faults,

    /// Folder for the files of the job
    ///
    /// These are settings, secret, root certificate and machine list.
    #[arg(long, value_name = "DIR", default_value = "simulated-tenant")]
    #[arg(help_heading = "Simulated tenant")]
    pub folder: PathBuf,

    /// The console.
    #[command(flatten)]
    pub console: ConsoleFlags,
}

/// The tenant to simulate: the same numbers give the same tenant.
#[derive(Debug, Clone, Copy, Args)]
pub struct Tenant {
    /// Number of machines in the tenant
    #[arg(
        long,
        value_name = "N",
        default_value = "500",
        help_heading = "Simulated tenant"
    )]
    pub machines: Whole<1, 100_000>,

    /// Seed: the same one gives the same tenant
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        help_heading = "Simulated tenant"
    )]
    pub seed: u64,
}

impl From<Demo> for Settings {
    fn from(demo: Demo) -> Self {
        Self {
            out: demo.out,
            format: demo.format,
            rank_by: demo.rank_by,
            min_coverage: Some(demo.min_coverage),
            census: demo.census,
            machines: demo.all_machines.then_some(MachineSource::Service),
            progress: demo.progress,
            ..demo.console.into()
        }
    }
}
