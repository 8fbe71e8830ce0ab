//! The maps at the top of `mod.rs`: what is where in a folder.

use std::fs;

use super::imports::sources;
use crate::common::project;

/// A folder with this many files has a map.
const NEEDS_A_MAP: usize = 8;

/// The text at the top of a file.
fn head(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that a file declares, without its tests.
fn modules(source: &str) -> Vec<&str> {
    let declared = source.lines().filter_map(|line| {
        let (before, name) = line.strip_suffix(';')?.split_once("mod ")?;
        let is_module = before.is_empty() || before.starts_with("pub");
        (is_module && name != "tests").then_some(name)
    });
    declared.collect()
}

/// The names in a map: in backticks, with or without what makes them a file, a folder or a link; and in a
/// drawing.
fn names(map: &str) -> Vec<&str> {
    let marked = map.split('`').map(|it| {
        let name = it.trim_end_matches('/').trim_end_matches(".rs");
        name.trim_start_matches("mod@")
    });
    let drawn = map.split("```").skip(1).step_by(2);
    let drawn = drawn.flat_map(|it| it.split(|it: char| !it.is_ascii_alphanumeric() && it != '_'));
    marked.chain(drawn).collect()
}

#[test]
fn maps_name_every_file_of_their_folder() {
    for (path, _) in sources(&project().join("src")) {
        if path.file_name().unwrap() != "mod.rs" {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let (map, modules) = (head(&source), modules(&source));
        let has_map = map.contains("\n - ");
        assert!(
            has_map || modules.len() < NEEDS_A_MAP,
            "{} has no map",
            path.display()
        );
        let names = names(&map);
        for module in modules {
            let is_named = !has_map || names.contains(&module);
            assert!(is_named, "{}: {module}", path.display());
        }
    }
}
