//! What was typed, nothing more.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::{
    aggregate::RankBy,
    config::{
        ColorMode, Formats, LogFormat, OutFolder, Percent, ProgressMode, Settings, Span, Whole,
        switch, words,
    },
    fetch::quota::RateLimits,
};

/// What the help ends with.
const AFTER_HELP: &str = "\
Examples:
  patchgap demo                     see the whole job against a simulated tenant
  patchgap report machines.csv      the real one, credentials in the environment

Exit codes:
    0  complete: every machine answered (or --min-coverage is reached)
    1  unexpected: a bug, or the system failed
    2  usage
    3  configuration or inventory: nothing was asked
    4  refused for the whole run: sign-in, permission, licence
    5  partial: reports are written, but something asked for has no answer
    6  the reports could not be written
  130  interrupted: what is known is written";

/// Fleet-wide patch-gap reports from Microsoft Defender for Endpoint
#[derive(Debug, Parser)]
#[command(name = "patchgap", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for every machine of a list and write the reports
    #[command(after_help = AFTER_HELP)]
    Report(Box<Report>),
    /// The same job against an embedded simulated tenant: no account, no network
    Demo(Demo),
    /// Serve that simulated tenant until stopped
    Simulate(Simulate),
    /// Sign in, show what was granted, say what is missing
    Check(Box<Settings>),
}

/// `patchgap report`.
#[derive(Debug, Args)]
pub struct Report {
    /// File that lists the machine ids (CSV, or one id a line); - is standard input
    #[arg(value_name = "MACHINES_CSV")]
    pub machines: PathBuf,

    /// Every option.
    #[command(flatten)]
    pub settings: Settings,
}

/// `patchgap demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The tenant.
    #[command(flatten)]
    pub tenant: Tenant,

    /// Folder of the reports; may hold {date} and {time} [default: reports]
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub out: Option<OutFolder>,

    /// Formats of the reports: csv, json [default: csv,json]
    #[arg(long, value_name = "LIST", help_heading = "Reports")]
    pub format: Option<Formats>,

    /// Order of the KBs [default: cve]
    #[arg(long, value_name = "ORDER", help_heading = "Reports")]
    #[arg(value_parser = words::<RankBy>(RankBy::WORDS))]
    pub rank_by: Option<RankBy>,

    /// Share of answered machines at which a run counts as complete [default: 100]
    #[arg(long, value_name = "PERCENT", help_heading = "Reports")]
    pub min_coverage: Option<Percent>,

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

/// What people see, for the commands that take few options.
#[derive(Debug, Args)]
pub struct ConsoleFlags {
    /// How log lines are written, on standard error [default: text]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    #[arg(value_parser = words::<LogFormat>(LogFormat::WORDS))]
    pub log_format: Option<LogFormat>,

    /// Log more; twice for still more [default: 0]
    #[arg(short, long, help_heading = "Output", action = ArgAction::Count)]
    pub verbose: Option<u8>,

    /// No summary on standard output, no progress unless asked for [default: false]
    #[arg(short, long, value_name = "BOOL", help_heading = "Output")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub quiet: Option<bool>,

    /// Colours; `NO_COLOR` in the environment is respected [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = "Output")]
    #[arg(value_parser = words::<ColorMode>(ColorMode::WORDS))]
    pub color: Option<ColorMode>,
}

impl From<ConsoleFlags> for Settings {
    fn from(flags: ConsoleFlags) -> Self {
        Self {
            log_format: flags.log_format,
            verbose: flags.verbose,
            quiet: flags.quiet,
            color: flags.color,
            ..Self::default()
        }
    }
}

impl From<Demo> for Settings {
    fn from(demo: Demo) -> Self {
        Self {
            out: demo.out,
            format: demo.format,
            rank_by: demo.rank_by,
            min_coverage: demo.min_coverage,
            progress: demo.progress,
            ..demo.console.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
