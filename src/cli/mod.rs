//! The command line, as typed.

mod diff;

use std::path::PathBuf;

pub use diff::{Diff, DiffFormat};

use clap::{Arg, ArgAction, Args, Parser, Subcommand, builder::UnknownArgumentValueParser};

use crate::{
    aggregate::RankBy,
    config::{
        ColorMode, Formats, LogFormat, MachineSource, OutFolder, Percent, Settings, Span, Whole,
        switch, words,
    },
    progress::ProgressMode,
    quota::RateLimits,
    simulator::Faults,
};

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
    #[command(after_help = SECRETS, mut_args = only_of_lists)]
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

/// The options of `patchgap report` that have no effect on a list.
const NOT_OF_LISTS: [&str; 19] = [
    "check_list",
    "column",
    "rate_limit",
    "pace",
    "concurrency",
    "budget",
    "until",
    "fresh",
    "max_age",
    "keep_runs",
    "offline",
    "run",
    "out",
    "format",
    "rank_by",
    "min_coverage",
    "no_replaced",
    "dry_run",
    "progress",
];

/// Refuses an option that has no effect on a list.
fn only_of_lists(argument: Arg) -> Arg {
    if NOT_OF_LISTS.contains(&argument.get_id().as_str()) {
        let refused = UnknownArgumentValueParser::suggest("it is an option of `patchgap report`");
        argument.hide(true).num_args(0..=1).value_parser(refused)
    } else {
        argument
    }
}

/// `patchgap machines`.
#[derive(Debug, Args)]
pub struct Machines {
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub output: Option<PathBuf>,

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
            min_coverage: Some(demo.min_coverage),
            census: demo.census,
            machines: demo.all_machines.then_some(MachineSource::Service),
            progress: demo.progress,
            ..demo.console.into()
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

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, error::ErrorKind};

    use super::*;

    fn refusal(line: &[&str]) -> clap::Error {
        let program = ["patchgap"];
        Cli::try_parse_from(program.iter().chain(line)).unwrap_err()
    }

    #[test]
    fn command_line_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn missing_command_prints_help() {
        let error = refusal(&[]);
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("Exit codes:"));
    }

    #[test]
    fn invalid_arguments_are_usage_errors() {
        for (line, kind) in [
            (
                &["report", "a.csv", "--all-machines"][..],
                ErrorKind::ArgumentConflict,
            ),
            (
                &["report", "--all-machines", "--check-list"],
                ErrorKind::ArgumentConflict,
            ),
            (&["report", "a.csv", "b.csv"], ErrorKind::UnknownArgument),
            (
                &["report", "a.csv", "--fresh", "--max-age=1h"],
                ErrorKind::ArgumentConflict,
            ),
            (&["demo", "--rate-limit=1/s"], ErrorKind::UnknownArgument),
            (&["demo", "--machines=0"], ErrorKind::ValueValidation),
            (&["check", "a.csv"], ErrorKind::UnknownArgument),
            (&["simulate", "--port=65536"], ErrorKind::ValueValidation),
            (&["fetch"], ErrorKind::InvalidSubcommand),
        ] {
            let error = refusal(line);
            assert_eq!(error.kind(), kind, "{line:?}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn dash_is_accepted_as_inventory() {
        let cli = Cli::try_parse_from(["patchgap", "report", "-"]).unwrap();
        let Command::Report(report) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!(report.machines, Some(PathBuf::from("-")));
    }

    #[test]
    fn inventory_is_optional_only_with_offline() {
        for (line, machines) in [
            (&["report", "--offline"][..], None),
            (&["report", "--offline", "a.csv"], Some("a.csv")),
            (&["report", "a.csv"], Some("a.csv")),
        ] {
            let cli = Cli::try_parse_from(["patchgap"].iter().chain(line)).unwrap();
            let Command::Report(report) = cli.command else {
                panic!("{cli:?}");
            };
            assert_eq!(report.machines, machines.map(PathBuf::from), "{line:?}");
        }
    }

    #[test]
    fn demo_passes_its_flags_on() {
        let line = "patchgap demo --out=here --format=json --rank-by=exposure --min-coverage=9 --census \
                    --progress=log --log-format=json -vv -q --color=never";
        let report = line.replace("demo", "report machines.csv");
        let parse = |line: &str| {
            Cli::try_parse_from(line.split_whitespace())
                .unwrap()
                .command
        };
        let (Command::Demo(demo), Command::Report(report)) = (parse(line), parse(&report)) else {
            panic!("{line}");
        };
        assert_eq!(Settings::from(demo), report.settings);
    }

    #[test]
    fn runs_passes_its_flags_on_and_is_offline() {
        let flags = "--config=a.toml --state=b.sqlite --log-format=json -vv -q --color=never";
        let matches = runs().get_matches_from(flags.split(' '));
        let runs = Runs::from_arg_matches(&matches).unwrap();
        let line = format!("patchgap report --offline {flags}");
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Command::Report(report) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!(Settings::from(runs), report.settings);
    }

    fn runs() -> clap::Command {
        Runs::augment_args(clap::Command::new("runs")).no_binary_name(true)
    }

    #[test]
    fn shared_flags_have_the_same_help() {
        let cli = Cli::command();
        let find = |name: &str| cli.find_subcommand(name).unwrap();
        assert_eq!(shared(find("demo"), find("report")), 10);
        assert_eq!(shared(&runs(), find("report")), 6);
    }

    /// Number of flags that both have; asserts that their help is the same.
    fn shared(one: &clap::Command, other: &clap::Command) -> usize {
        one.get_arguments()
            // Its default differs, which its help explains.
            .filter(|argument| argument.get_id() != "min_coverage")
            .filter_map(|argument| {
                let long = argument.get_long()?;
                let same = other
                    .get_arguments()
                    .find(|other| other.get_long() == Some(long))?;
                Some((argument, same))
            })
            .inspect(|(argument, same)| {
                let id = argument.get_id();
                assert_eq!(argument.get_short(), same.get_short(), "{id}");
                let texts =
                    [argument, same].map(|argument| argument.get_help().unwrap().to_string());
                assert_eq!(texts[0], texts[1], "{id}");
            })
            .count()
    }
}
