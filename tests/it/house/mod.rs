//! The layout of the code: imports go one way, between rooms and between files.

mod imports;
mod maps;

use std::collections::{BTreeMap, BTreeSet};

use imports::{Imports, sources};

use crate::common::project;

/// The rooms, each of which may import those before it.
const ROOMS: [&str; 22] = [
    "domain",
    "simulator",
    "quota",
    "defender",
    "inventory",
    "collect",
    "progress",
    "store",
    "risk",
    "policy",
    "aggregate",
    "changes",
    "report",
    "config",
    "cli",
    "console",
    "feeds",
    "places",
    "notify",
    "run",
    "tenants",
    "app",
];

/// Folders whose figures follow from their arguments alone, and the rooms that they may import.
const PURE: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("risk", &["domain"]),
    ("policy", &["domain", "inventory", "risk"]),
    ("aggregate", &["domain", "inventory", "policy", "risk"]),
    ("changes", &["aggregate", "domain"]),
    (
        "report/table",
        &[
            "aggregate",
            "changes",
            "domain",
            "inventory",
            "policy",
            "risk",
        ],
    ),
    (
        "report/view",
        &["aggregate", "changes", "domain", "inventory", "risk"],
    ),
];

/// What reads files, clocks, or the network.
const IMPURE: [&str; 9] = [
    "std::fs",
    "fs::",
    "std::net",
    "std::env",
    "tokio::",
    "reqwest::",
    "rusqlite::",
    "Instant::now",
    "Timestamp::now",
];

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

#[test]
fn rooms_import_only_earlier_rooms() {
    let wrong: BTreeSet<String> = Imports::read()
        .between_rooms()
        .filter(|(from, to)| match (rank(from), rank(to)) {
            (Some(from), Some(to)) => to > from,
            // `main.rs` may import everything, and from other crates.
            _ => !from.is_empty(),
        })
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_has_a_rank() {
    let rooms = Imports::read().rooms();
    let known: BTreeSet<String> = ROOMS.iter().map(|&room| room.to_owned()).collect();
    assert_eq!(rooms, known);
}

#[test]
fn files_have_no_import_cycles() {
    let circles = circles(&Imports::read().between_files());
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn figures_follow_from_their_arguments_alone() {
    let imports = Imports::read();
    for (folder, allowed) in PURE {
        let imported = imports.of_folder(folder);
        let allowed: BTreeSet<String> = allowed.iter().map(|&room| room.to_owned()).collect();
        assert_eq!(imported, allowed, "{folder}");
        let sources = sources(&project().join("src").join(folder));
        for (path, source) in sources {
            let found = IMPURE.iter().find(|it| source.contains(**it));
            assert_eq!(found, None, "{}", path.display());
        }
    }
}

/// The import cycles: groups of files in which each imports itself through the others.
fn circles(imports: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = imports
        .keys()
        .map(|file| (file, reachable(imports, file)))
        .collect();
    let in_circles = reached
        .iter()
        .filter(|(file, reached)| reached.contains(*file));
    in_circles
        .map(|(file, from_here)| {
            let back = from_here
                .iter()
                .filter(|other| reached[**other].contains(file));
            back.map(|other| (*other).clone()).collect()
        })
        .collect()
}

/// Every file that a file imports, directly or through others.
fn reachable<'a>(
    imports: &'a BTreeMap<String, BTreeSet<String>>,
    file: &str,
) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&String> = imports[file].iter().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(&imports[next]);
        }
    }
    found
}

#[test]
fn import_cycle_is_detected() {
    let imports = [("a", &["b"][..]), ("b", &["c"]), ("c", &["b"]), ("d", &[])];
    let imports = imports
        .map(|(file, others)| {
            let others = others.iter().map(ToString::to_string).collect();
            (file.to_owned(), others)
        })
        .into();
    let circle: BTreeSet<String> = ["b", "c"].map(str::to_owned).into();
    assert_eq!(circles(&imports), [circle].into());
}
