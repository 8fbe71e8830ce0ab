//! Links, paths, flags and keys in the documents exist.

use std::{collections::BTreeSet, fs, path::Path};

use clap::{CommandFactory, Parser};
use patchgap::cli::Cli;

use crate::common::{Page, project};

/// The documents that people read: the front page, the manual, and how to contribute.
fn pages() -> Vec<Page> {
    let mut names = ["README.md", "CONTRIBUTING.md", "samples/README.md"]
        .map(String::from)
        .to_vec();
    names.extend(manual());
    names.iter().map(|name| Page::read(name)).collect()
}

/// The pages of the manual, its table of contents among them.
fn manual() -> Vec<String> {
    let folder = fs::read_dir(project().join("docs")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> = names.map(|name| format!("docs/{name}")).collect();
    pages.retain(|name| Path::new(name).extension().is_some_and(|it| it == "md"));
    pages.sort();
    pages
}

/// Flags of other programs, and of the help itself.
const FOREIGN: [&str; 4] = ["--release", "--path", "--test", "--help"];

/// Every option of every command, as typed.
fn flags() -> BTreeSet<String> {
    let cli = Cli::command();
    let commands = cli.get_subcommands();
    let arguments = commands.flat_map(clap::Command::get_arguments);
    let longs = arguments.filter_map(|argument| argument.get_long());
    longs.map(|long| format!("--{long}")).collect()
}

/// The keys of a tenant that are no keys of the configuration.
const OF_TENANTS: [&str; 2] = ["client_secret_env", "all_machines"];

/// The variables that are secrets, and no keys.
const SECRETS: [&str; 3] = ["ACCESS_TOKEN", "NOTIFY_URL", "SMTP_URL"];

/// Every key of the configuration file.
fn keys() -> BTreeSet<String> {
    let text = fs::read_to_string(project().join("config/patchgap.toml")).unwrap();
    let lines = text.lines().map(|line| line.trim_start_matches("# "));
    let keys = lines.filter_map(|line| line.split_once(" = "));
    let keys = keys.map(|(key, _)| key.to_owned());
    keys.chain(OF_TENANTS.map(str::to_owned)).collect()
}

/// The patchgap command line in a line of code, if any.
fn command_line(line: &str) -> Option<String> {
    let called = ["-Argument ", "cargo run --release -- ", "patchgap "];
    let typed = called
        .iter()
        .find_map(|call| Some(line.split_once(call)?.1))?;
    let typed = typed.split(" #").next()?.split("  -Trigger").next()?;
    // What follows is the shell's.
    let typed = typed.split(" > ").next()?.split(" | ").next()?;
    let command = typed.trim_matches('\'').split(' ').next()?;
    let known = Cli::command().find_subcommand(command).is_some();
    known.then(|| typed.replace('\'', ""))
}

#[test]
fn readme_names_the_test_command_of_ci() {
    let run = fs::read_to_string(project().join(".ci/run")).unwrap();
    let last = run.trim_end().lines().last().unwrap();
    let command = last.strip_prefix("step ").unwrap().replace(" --locked", "");
    assert_eq!(command, "cargo test");
    assert!(Page::read("README.md").code().contains(&command));
}

#[test]
fn flags_and_keys_in_documents_exist() {
    let (flags, keys) = (flags(), keys());
    let metrics = include_str!("../../src/run/metrics/text.rs");
    let findings = [
        include_str!("../../src/report/ocsf/finding.rs"),
        include_str!("../../src/report/ocsf/vulnerability.rs"),
    ]
    .concat();
    for page in pages() {
        for word in page.words().iter().flat_map(|words| words.split(' ')) {
            let word = word.trim_end_matches('.');
            let flag = word.split('=').next().unwrap();
            if flag.starts_with("--") && !FOREIGN.contains(&flag) {
                assert!(flags.contains(flag), "{flag}");
            }
            let variable = flag
                .strip_prefix("PATCHGAP_")
                .filter(|rest| !rest.is_empty());
            if let Some(rest) = variable.filter(|rest| !SECRETS.contains(rest)) {
                assert!(keys.contains(&rest.to_lowercase()), "{word}");
            }
            let like_a_key = |letter: char| letter.is_ascii_lowercase() || letter == '_';
            let is_metric = metrics.contains(&format!("\"{word}\""));
            let is_attribute = findings.contains(&format!("    {word}: "));
            if word.contains('_') && word.chars().all(like_a_key) && !is_metric && !is_attribute {
                assert!(keys.contains(word), "{word}");
            }
        }
    }
}

#[test]
fn command_lines_in_documents_parse() {
    let lines: Vec<String> = pages().iter().flat_map(Page::code).collect();
    let commands: Vec<String> = lines.iter().filter_map(|line| command_line(line)).collect();
    assert!(commands.len() >= 16, "{commands:#?}");
    for command in commands {
        let typed = ["patchgap"].into_iter().chain(command.split_whitespace());
        let parsed = Cli::try_parse_from(typed);
        assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
    }
}

#[test]
fn links_in_documents_resolve() {
    let mut links = 0;
    for page in pages() {
        for link in page.links() {
            links += 1;
            if !link.starts_with("https://") {
                assert_resolves(&page, &link);
            }
        }
    }
    assert!(links > 60, "{links}");
}

/// The file is there, and the heading in it.
fn assert_resolves(page: &Page, link: &str) {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = page.folder().join(file);
    assert!(target.exists(), "{link}");
    let anchors = match file {
        "" => page.anchors(),
        _ => anchors_of(&target),
    };
    let known = anchor.is_empty() || anchors.iter().any(|it| it == anchor);
    assert!(known, "{link}");
}

/// The anchors of another document; none of a folder or a picture.
fn anchors_of(target: &Path) -> Vec<String> {
    let is_page = target.extension().is_some_and(|it| it == "md");
    let name = target.strip_prefix(project()).unwrap().to_str().unwrap();
    if is_page {
        Page::read(name).anchors()
    } else {
        Vec::new()
    }
}

#[test]
fn contents_list_every_page_of_the_manual() {
    let listed = Page::read("docs/README.md").links();
    let listed: BTreeSet<String> = listed.iter().map(|link| format!("docs/{link}")).collect();
    let mut pages: BTreeSet<String> = manual().into_iter().collect();
    assert!(pages.remove("docs/README.md"));
    assert_eq!(listed, pages);
}

#[test]
fn paths_in_contributing_exist() {
    let words = Page::read("CONTRIBUTING.md").words();
    let places = words.iter().filter(|word| {
        [
            "src/", "tests/", "config/", "docs/", "samples/", ".ci/", ".fuzz/",
        ]
        .iter()
        .any(|it| word.starts_with(it))
    });
    let places: Vec<_> = places.collect();
    assert!(places.len() > 20);
    for place in places {
        assert!(project().join(place).exists(), "{place}");
    }
}

#[test]
fn module_map_in_lib_rs_lists_every_module() {
    let text = fs::read_to_string(project().join("src/lib.rs")).unwrap();
    let entries = text.lines().filter_map(|line| line.strip_prefix("//! - "));
    let named: BTreeSet<&str> = entries
        .flat_map(|entry| {
            entry
                .split(": ")
                .next()
                .unwrap()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .collect();
    let modules = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    let modules: BTreeSet<&str> = modules.map(|name| name.trim_end_matches(';')).collect();
    assert_eq!(named, modules);
}
