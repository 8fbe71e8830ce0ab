//! The command line, as typed.
//!
//! - `demo`, `diff`, `feeds`, `forget`, `machines`, `show`, `simulated`: the flags of a command each
//! - `stored`: the flags that the commands about stored runs share
//! - `short`: which options a command has, and what `-h` lists; `generated`: completions and manual pages

mod demo;
mod diff;
mod feeds;
mod forget;
mod generated;
mod machines;
mod short;
mod show;
mod simulated;
mod stored;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use demo::Demo;
pub use diff::Diff;
pub use feeds::Feeds;
pub use forget::Forget;
pub use generated::{Completions, Man, Shell, visible_command};
pub use machines::Machines;
pub use show::Show;
pub use simulated::{Simulate, Tenant};
pub use stored::{OutputFormat, StoredFlags};

use clap::{ArgAction, Args, Parser, Subcommand, builder::UnknownArgumentValueParser};

use crate::config::{ColorMode, LogFormat, Settings, switch, words};

/// The end of the short help.
const AFTER_HELP: &str = "\
Start with `patchgap demo`. Examples and exit codes: patchgap --help";

/// The end of the long help.
const AFTER_LONG_HELP: &str = "\
Examples:
  patchgap demo                     see it at work, against a simulated tenant
  patchgap check                    test sign-in and permissions
  patchgap report machines.csv      query every machine, write the reports; the same command
                                    resumes an interrupted run
  patchgap runs                     list the stored runs
  patchgap diff                     what changed since the previous run; diff 12 15: between two

Exit codes:
    0  complete: every machine answered (or --min-coverage is reached)
    1  unexpected: a bug, or the system failed
    2  usage
    3  configuration, list or store: nothing was requested
    4  refused for the whole run: sign-in, permission, licence
    5  partial: reports are written, but some results are missing
    6  the reports could not be written or uploaded, or the lake not be added to
  130  interrupted: reports cover what is known so far; the next run resumes";

/// The end of the short help of a command with options that it does not list.
const ALL_OPTIONS: &str = "All options, secrets and configuration: --help";

/// The help on secrets, for commands that need one.
const SECRETS: &str = "\
Secrets are never flags. In the environment: AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH
and AZURE_CLIENT_CERTIFICATE_PASSWORD, or PATCHGAP_ACCESS_TOKEN; PATCHGAP_NOTIFY_URL,
PATCHGAP_SMTP_URL. In the file: client_secret_file, client_certificate_path, notify_url_file,
smtp_url_file.

Every option but --forget-limits can also be set in the file (rate_limit) and in the environment
(PATCHGAP_RATE_LIMIT). Flags override the environment, which overrides the file, which overrides the
defaults.

`patchgap --help` lists the exit codes.";

/// The error for a secret given as a flag.
const NO_SECRET_FLAG: &str = "secrets are never flags, because other users could see them: set AZURE_CLIENT_SECRET, or \
     client_secret_file in the configuration file";

/// Fleet-wide patch-gap reports from Microsoft Defender for Endpoint
#[derive(Debug, Parser)]
#[command(
    name = "patchgap",
    bin_name = "patchgap",
    version,
    max_term_width = 100
)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Refused, with an error that says where the secret belongs.
    #[arg(long, global = true, hide = true)]
    #[arg(value_parser = UnknownArgumentValueParser::suggest(NO_SECRET_FLAG))]
    client_secret: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Query every machine of a list and write the reports
    #[command(after_help = ALL_OPTIONS, after_long_help = SECRETS, mut_args = short::common_only)]
    Report(Box<Report>),
    /// Write the service's own machine list as CSV
    ///
    /// It has every machine of the tenant. `skippedBecause` is empty for those that `patchgap report
    /// --all-machines` would query, and says for the others why not.
    #[command(after_help = ALL_OPTIONS, after_long_help = SECRETS, mut_args = machines::only_of_lists)]
    Machines(Box<Machines>),
    /// Fetch the feeds of CVEs (KEV, EPSS, MSRC) that reports are ranked with
    ///
    /// Nothing else fetches them. Files that have not changed are not fetched again; if one cannot be fetched, the
    /// previous one is kept, and the exit code is 5.
    Feeds(Box<Feeds>),
    /// See it at work against a simulated tenant: no account, no network
    #[command(mut_args = demo::only_of_demo)]
    Demo(Box<Demo>),
    /// Run a simulated tenant until Ctrl-C, to rehearse a job against it
    Simulate(Box<Simulate>),
    /// List the stored runs, with outcome and coverage
    Runs(StoredFlags),
    /// Show what changed between two stored runs
    Diff(Diff),
    /// Show who misses an update, or what a machine misses
    Show(Show),
    /// Test sign-in and permissions, and say what is missing
    ///
    /// Takes the options of `patchgap report`, and validates them too. Makes at most one API call. With --upload and --lake, a
    /// small file is written there and removed again.
    #[command(after_help = ALL_OPTIONS, after_long_help = SECRETS, mut_args = short::common_only)]
    Check(Box<Settings>),
    /// Delete machines from the store, in every run
    ///
    /// Nothing of them is left in its file. Reports that were written stay as they are.
    Forget(Forget),
    /// Print a script with which a shell completes command lines
    Completions(Completions),
    /// Print the manual page, or write those of all commands
    ///
    /// Without a folder, the main page goes to standard output.
    Man(Man),
}

/// `patchgap report`.
#[derive(Debug, Args)]
pub struct Report {
    /// File with the machine ids (CSV, or one id per line); - for standard input
    ///
    /// Not needed with --all-machines, nor with --offline, which uses the list of the stored run.
    #[arg(value_name = "MACHINES_CSV")]
    pub machines: Option<PathBuf>,

    /// Query the machines that the service itself lists, instead of a file
    #[arg(long, conflicts_with_all = ["machines", "check_list"], help_heading = "Input")]
    pub all_machines: bool,

    /// Every option.
    #[command(flatten)]
    pub settings: Settings,
}

/// The console options, for commands with few options.
#[derive(Debug, Args)]
pub struct ConsoleFlags {
    /// Format of the log on standard error: text, json [default: text]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    #[arg(value_parser = words::<LogFormat>(LogFormat::WORDS), hide_possible_values = true)]
    pub log_format: Option<LogFormat>,

    /// Log more; repeat for even more [default: 0]
    #[arg(short, long, help_heading = "Output", action = ArgAction::Count)]
    pub verbose: Option<u8>,

    /// No summary, and no progress unless requested [default: false]
    #[arg(short, long, value_name = "BOOL", help_heading = "Output")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    pub quiet: Option<bool>,

    /// Colours: auto, always, never; `NO_COLOR` is respected [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = "Output")]
    #[arg(value_parser = words::<ColorMode>(ColorMode::WORDS), hide_possible_values = true)]
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
