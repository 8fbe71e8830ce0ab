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

    /// Folder of the reports; may hold {date} and {time} [default: reports]
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub out: Option<OutFolder>,

    /// Formats of the reports: csv, json, html, xlsx, parquet [default: csv,json,html,xlsx]
    #[arg(long, value_name = "LIST", help_heading = "Reports")]
    pub format: Option<Formats>,

    /// Order of the KBs [default: cve]
    #[arg(long, value_name = "ORDER", help_heading = "Reports")]
    #[arg(value_parser = words::<RankBy>(RankBy::WORDS))]
    pub rank_by: Option<RankBy>,

    /// Compare with the service's own count of machines that miss each KB, by product [default: false]
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub census: Option<bool>,

    /// Ask for the machines that the service itself lists, in place of a file
    #[arg(long, help_heading = "Input")]
    pub all_machines: bool,

    /// Share of answered machines at which a run counts as complete: a few of the tenant's
    /// are gone, as a few of every list are
    #[arg(long, value_name = "PERCENT", default_value = "95")]
    #[arg(help_heading = "Reports")]
    pub min_coverage: Percent,

    /// Progress: a bar on a terminal and log lines elsewhere, or as said [default: auto]
    #[arg(long, value_name = "MODE", help_heading = "Output")]
    #[arg(value_parser = words::<ProgressMode>(ProgressMode::WORDS))]
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

    /// Nights that the fleet has lived through: machines are patched and replaced, updates come
    /// out
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        help_heading = "Simulated tenant"
    )]
    pub nights: Whole<0, 1000>,

    /// Port of the API on 127.0.0.1; 0 takes a free one
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        help_heading = "Simulated tenant"
    )]
    pub port: u16,

    /// Quota of the tenant: calls per window; or none
    #[arg(long, value_name = "LIST", default_value = "100/min,1500/h")]
    #[arg(help_heading = "Simulated tenant")]
    pub rate_limit: RateLimits,

    /// Time that every answer takes [default: none]
    #[arg(long, value_name = "DURATION", help_heading = "Simulated tenant")]
    pub latency: Option<Span>,

    /// Time after which a token expires
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    #[arg(help_heading = "Simulated tenant")]
    pub token_lifetime: Span,

    /// Faults, each with its share of the calls: none, occasional, or a list such as
    /// flapping-404=0.05,server-error,no-licence. Those of the machine list and of the census
    /// begin with list- and census-
    #[arg(long, value_name = "LIST", default_value = "none")]
    #[arg(help_heading = "Simulated tenant")]
    pub faults: Faults,

    /// Folder for the root certificate, an inventory and the settings to use
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
    /// Machines of the tenant
    #[arg(
        long,
        value_name = "N",
        default_value = "500",
        help_heading = "Simulated tenant"
    )]
    pub machines: Whole<1, 100_000>,

    /// Seed that everything about the tenant comes from
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
