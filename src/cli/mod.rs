//! The command line, as typed.

mod diff;
mod machines;
mod simulated;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use diff::{Diff, DiffFormat};
pub use machines::Machines;
pub use simulated::{Demo, Simulate, Tenant};

use clap::{ArgAction, Args, Parser, Subcommand, builder::UnknownArgumentValueParser};

use crate::config::{ColorMode, LogFormat, Settings, switch, words};

/// The end of the help text.
const AFTER_HELP: &str = "\
Examples:
  patchgap demo                     see the whole job against a simulated tenant
  patchgap report machines.csv      the real one, credentials in the environment; started
                                    again after an interruption, it goes on
  patchgap runs                     the runs that are kept
  patchgap diff                     what changed since the run before; diff 12 15: between two

Exit codes:
    0  complete: every machine answered (or --min-coverage is reached)
    1  unexpected: a bug, or the system failed
    2  usage
    3  configuration, inventory or store: nothing was asked
    4  refused for the whole run: sign-in, permission, licence
    5  partial: reports are written, but something asked for has no answer
    6  the reports could not be written
  130  interrupted: what is known is written, and the next run goes on";

/// The help on secrets, for commands that need one.
const SECRETS: &str = "\
Secrets are never flags. In the environment: AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH
and AZURE_CLIENT_CERTIFICATE_PASSWORD, or PATCHGAP_ACCESS_TOKEN. In the file: client_secret_file,
client_certificate_path.

Every option can also stand in the file (rate_limit) and in the environment (PATCHGAP_RATE_LIMIT);
a flag beats the environment, which beats the file, which beats the default.

`patchgap --help` lists the exit codes.";

/// The error for a secret given as a flag.
const NO_SECRET_FLAG: &str = "a secret is never a flag, because other users could see it: set AZURE_CLIENT_SECRET, or \
     client_secret_file in the file";

/// Fleet-wide patch-gap reports from Microsoft Defender for Endpoint
#[derive(Debug, Parser)]
#[command(name = "patchgap", bin_name = "patchgap", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Refused, with a word on where the secret belongs.
    #[arg(long, global = true, hide = true)]
    #[arg(value_parser = UnknownArgumentValueParser::suggest(NO_SECRET_FLAG))]
    client_secret: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for every machine of a list and write the reports
    #[command(after_help = SECRETS)]
    Report(Box<Report>),
    /// Write the service's own list of machines as CSV: which would be asked for, and which not and
    /// why
    #[command(after_help = SECRETS, mut_args = machines::only_of_lists)]
    Machines(Box<Machines>),
    /// The same job against an embedded simulated tenant: no account, no network
    Demo(Demo),
    /// Serve that simulated tenant until stopped
    Simulate(Box<Simulate>),
    /// List the runs that are kept, with outcome and coverage
    Runs(Runs),
    /// Tell what changed between two kept runs
    Diff(Diff),
    /// Sign in, show what was granted, say what is missing; takes the options of report, and
    /// checks them too
    #[command(after_help = SECRETS)]
    Check(Box<Settings>),
}

/// `patchgap report`.
#[derive(Debug, Args)]
pub struct Report {
    /// File that lists the machine ids (CSV, or one id a line); - is standard input. May be
    /// left out with --all-machines, and with --offline: the list of the kept run holds then
    #[arg(value_name = "MACHINES_CSV")]
    pub machines: Option<PathBuf>,

    /// Ask for the machines that the service itself lists, in place of a file
    #[arg(long, conflicts_with_all = ["machines", "check_list"], help_heading = "Input")]
    pub all_machines: bool,

    /// Every option.
    #[command(flatten)]
    pub settings: Settings,
}

/// `patchgap runs`: lists the runs that are kept.
#[derive(Debug, Args)]
pub struct Runs {
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

impl From<Runs> for Settings {
    fn from(runs: Runs) -> Self {
        let said = Self {
            config: runs.config,
            state: runs.state,
            ..runs.console.into()
        };
        said.without_requests()
    }
}
