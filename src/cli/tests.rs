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
    assert!(error.to_string().contains("patchgap --help"));
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
        (&["demo", "--dry-run"], ErrorKind::UnknownArgument),
        (&["demo", "--column", "id"], ErrorKind::UnknownArgument),
        (&["demo", "--check-list"], ErrorKind::UnknownArgument),
        (
            &["demo", "--group", "a"],
            ErrorKind::MissingRequiredArgument,
        ),
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
    let line = "patchgap demo --out=here --format=json --rank-by=exposure --min-coverage=9 --census --software \
                --title=Contoso --targets=3 --split-by=site --no-replaced --no-csv-guard \
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
    assert_eq!(Settings::from(*demo), report.settings);
}

#[test]
fn runs_passes_its_flags_on_and_is_offline() {
    let flags = "--config=a.toml --state=b.sqlite --tenants=c.toml --tenant=d --log-format=json -vv -q --color=never";
    let matches = runs().get_matches_from(flags.split(' '));
    let runs = StoredFlags::from_arg_matches(&matches).unwrap();
    let line = format!("patchgap report --offline {flags}");
    let cli = Cli::try_parse_from(line.split(' ')).unwrap();
    let Command::Report(report) = cli.command else {
        panic!("{cli:?}");
    };
    assert_eq!(Settings::from(runs), report.settings);
}

fn runs() -> clap::Command {
    StoredFlags::augment_args(clap::Command::new("runs")).no_binary_name(true)
}

#[test]
fn shared_flags_have_the_same_help() {
    let cli = Cli::command();
    let find = |name: &str| cli.find_subcommand(name).unwrap();
    let options = find("report")
        .get_arguments()
        .filter(|it| it.get_long().is_some());
    assert_eq!(shared(find("demo"), find("report")), options.count() - 2);
    assert_eq!(shared(&runs(), find("report")), 7);
}

/// Number of flags that both have; asserts that their help is the same.
fn shared(one: &clap::Command, other: &clap::Command) -> usize {
    one.get_arguments()
        // The default of one differs, and the other is a number in `demo`: their help explains it.
        .filter(|argument| argument.get_id() != "min_coverage" && argument.get_id() != "tenants")
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
            let texts = [argument, same].map(|argument| argument.get_help().unwrap().to_string());
            assert_eq!(texts[0], texts[1], "{id}");
        })
        .count()
}

#[test]
fn feeds_passes_its_flags_on() {
    let line = "patchgap feeds --config=a.toml --feeds=b --ca-cert=c.pem --timeout=1s --retries=2 --months=12 \
                --kev-url=https://a --log-format=json -vv -q --color=never";
    let Command::Feeds(feeds) = Cli::try_parse_from(line.split_whitespace())
        .unwrap()
        .command
    else {
        panic!("{line}");
    };
    assert_eq!(feeds.months(), 12);
    let line = line
        .replace("feeds ", "report machines.csv ")
        .replace("--months=12", "")
        .replace("--kev-url=https://a", "");
    let Command::Report(report) = Cli::try_parse_from(line.split_whitespace())
        .unwrap()
        .command
    else {
        panic!("{line}");
    };
    let expected = Settings {
        kev_url: Some("https://a".parse().unwrap()),
        ..report.settings
    };
    assert_eq!(Settings::from(*feeds), expected);
}
