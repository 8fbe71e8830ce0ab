//! The defaults file, the help and the options agree.

use std::{collections::BTreeMap, path::Path};

use clap::Arg;

use super::*;
use crate::config::{defaults::TEXT, file::parse, settings::keys, variables::command};
use crate::report::Format;

/// One key of the defaults file.
struct Entry {
    comment: String,
    value: String,
    is_example: bool,
}

/// The entries of the file, by their keys; each key once.
fn entries() -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    let mut comment = String::new();
    for line in TEXT.lines() {
        let plain = line.strip_prefix("# ").unwrap_or(line);
        let is_key = |key: &str| {
            key.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        match plain.split_once(" = ").filter(|(key, _)| is_key(key)) {
            Some((key, value)) => {
                let entry = Entry {
                    comment: std::mem::take(&mut comment),
                    value: value.to_owned(),
                    is_example: line != plain,
                };
                assert!(entries.insert(key.to_owned(), entry).is_none(), "{key}");
            }
            None if line.is_empty() => comment.clear(),
            None => comment.push_str(plain),
        }
    }
    entries
}

fn arguments() -> Vec<Arg> {
    command().get_arguments().cloned().collect()
}

fn help(argument: &Arg) -> String {
    argument.get_help().unwrap().to_string()
}

#[test]
fn defaults_file_lists_exactly_the_known_keys() {
    let mut known = keys();
    known.sort();
    let listed: Vec<String> = entries().into_keys().collect();
    assert_eq!(listed, known);
}

#[test]
fn every_key_has_a_comment_and_a_valid_value() {
    for (key, entry) in entries() {
        assert!(!entry.comment.is_empty(), "{key}");
        let line = format!("{key} = {}", entry.value);
        let settings = parse(&line, Path::new("example")).unwrap();
        assert_ne!(settings, Settings::default(), "{key}");
    }
}

#[test]
fn keys_without_a_default_are_commented_examples() {
    let set: Vec<String> = entries()
        .iter()
        .filter(|(_, entry)| !entry.is_example)
        .map(|(key, entry)| format!("{key} = {}", entry.value))
        .collect();
    let defaults = parse(TEXT, Path::new("defaults")).unwrap();
    assert_eq!(parse(&set.join("\n"), Path::new("set")).unwrap(), defaults);
}

#[test]
fn help_shows_the_defaults_of_the_file() {
    let entries = entries();
    for argument in arguments() {
        let key = argument.get_id().as_str();
        let help = help(&argument);
        match entries.get(key).filter(|entry| !entry.is_example) {
            Some(entry) => {
                let shown = format!("[default: {}]", entry.value.trim_matches('"'));
                assert!(help.ends_with(&shown), "{key}: {help}");
            }
            None => assert!(!help.is_empty(), "{key}"),
        }
    }
}

#[test]
fn comments_list_every_allowed_word() {
    let entries = entries();
    let lists = |key: &str, word: &str| {
        let comment = &entries[key].comment;
        let mut words = comment.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
        assert!(words.any(|listed| listed == word), "{key}: {word}");
    };
    let choices: Vec<Arg> = arguments()
        .into_iter()
        .filter(|argument| !argument.get_possible_values().is_empty())
        .collect();
    assert_eq!(choices.len(), 10);
    for argument in choices {
        for word in argument.get_possible_values() {
            lists(argument.get_id().as_str(), word.get_name());
        }
    }
    let format = arguments()
        .into_iter()
        .find(|argument| argument.get_id() == "format");
    let help = help(&format.unwrap());
    for word in Format::WORDS {
        lists("format", word);
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn every_option_has_a_help_heading() {
    for argument in arguments() {
        let heading = argument.get_help_heading();
        let headings = [
            "Input",
            "Machines of the service",
            "Fewer calls",
            "Sign-in",
            "Service",
            "Quota",
            "Time",
            "Store",
            "Reports",
            "Notification",
            "Output",
        ];
        assert!(
            headings.contains(&heading.unwrap()),
            "{}",
            argument.get_id()
        );
    }
}
