//! The help and the version.

use std::collections::BTreeSet;

use patchgap::domain::exit_code::ExitCode;

use crate::common::Scene;

const EXIT_CODES: [ExitCode; 8] = [
    ExitCode::Complete,
    ExitCode::Unexpected,
    ExitCode::Usage,
    ExitCode::Configuration,
    ExitCode::Refused,
    ExitCode::Partial,
    ExitCode::Output,
    ExitCode::Interrupted,
];

/// The output of a command without any setting.
fn told(arguments: &[&str]) -> String {
    let scene = Scene::with_machines(1);
    let run = scene.finish(&mut scene.bare(arguments)).exits_with(0);
    assert_eq!(run.stderr, "");
    run.stdout
}

#[test]
fn version_is_printed() {
    let version = format!("patchgap {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(told(&["--version"]), version);
}

#[test]
fn every_command_has_help() {
    let help = told(&["--help"]);
    for command in [
        "report",
        "feeds",
        "demo",
        "simulate",
        "check",
        "runs",
        "diff",
        "show",
        "completions",
        "man",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let usage = format!("Usage: patchgap {command} ");
        assert!(told(&[command, "--help"]).contains(&usage));
    }
}

#[test]
fn help_lists_the_exit_codes() {
    let help = told(&["--help"]);
    let (_, listed) = help.split_once("Exit codes:\n").unwrap();
    let listed: Vec<(String, String)> = listed
        .lines()
        .map(|line| line.trim().split_once("  ").unwrap())
        .map(|(code, meaning)| (code.to_owned(), first_word(meaning)))
        .collect();
    let codes = EXIT_CODES.map(|code| ((code as u8).to_string(), first_word(code.meaning())));
    assert_eq!(listed, codes);
}

fn first_word(text: &str) -> String {
    let word = text.split([' ', ':']).next();
    word.unwrap_or_default().to_owned()
}

/// The files with secrets are keys, but no flags.
const SECRETS: [&str; 4] = [
    "client_secret_file",
    "client_certificate_path",
    "notify_url_file",
    "smtp_url_file",
];

#[test]
fn every_flag_of_report_is_a_configuration_key() {
    let help = told(&["report", "--help"]);
    let flags: BTreeSet<String> = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'))
        .filter_map(|line| line.split_once("--"))
        .map(|(_, flag)| {
            flag.split([' ', '[', '.'])
                .next()
                .unwrap()
                .replace('-', "_")
        })
        .filter(|flag| !["help", "config", "forget_limits", "tenant"].contains(&flag.as_str()))
        // The key also names a file.
        .map(|flag| flag.replace("all_machines", "machines"))
        .collect();
    let file = include_str!("../../config/patchgap.toml");
    let keys: BTreeSet<String> = file
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "))
        .map(|(key, _)| key.to_owned())
        .filter(|key| !SECRETS.contains(&key.as_str()))
        // Only `patchgap feeds` has flags for these.
        .filter(|key| !["kev_url", "epss_url", "msrc_url"].contains(&key.as_str()))
        .collect();
    assert_eq!(flags, keys);
    assert!(flags.len() > 15, "{flags:?}");
}
