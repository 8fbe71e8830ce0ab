//! Column names valid for a spreadsheet table: not empty, and unique regardless of case.

use std::{borrow::Cow, collections::HashSet};

/// The maximum length of a name. A table allows 255, and the rest leaves space for a number.
const MAX_LENGTH: usize = 200;

/// The report's names, those from outside, and again the report's. The report's names are kept, and
/// a name from outside that repeats another one gets a number.
pub(super) fn distinct<'name>(
    before: &[&'name str],
    outside: &[String],
    after: &[&'name str],
) -> Vec<String> {
    let ours = before.iter().chain(after);
    let mut taken: HashSet<String> = ours.map(|name| folded(name)).collect();
    let outside = outside.iter().map(|name| free(&line(name), &mut taken));
    let before = before.iter().map(|name| (*name).to_owned());
    let outside: Vec<String> = outside.collect();
    let after = after.iter().map(|name| (*name).to_owned());
    before.chain(outside).chain(after).collect()
}

/// The name, with the lowest number that makes it unique if necessary.
fn free(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| taken.insert(folded(name)));
    free.unwrap_or_default()
}

/// The name in lower case: spreadsheets compare names case-insensitively.
fn folded(name: &str) -> String {
    name.trim().to_uppercase().to_lowercase()
}

/// The name on one line. A cell and its table must have identical names, so characters that either
/// one would escape are removed.
fn line(name: &str) -> String {
    let plain: String = name.chars().map(spaced).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(MAX_LENGTH).collect();
    if line.is_empty() {
        return "(no name)".to_owned();
    }
    without_escapes(&line).into_owned()
}

fn spaced(character: char) -> char {
    match character {
        '\u{fffe}' | '\u{ffff}' => ' ',
        _ if character.is_control() => ' ',
        _ => character,
    }
}

/// Removes escapes: a spreadsheet reads `_x0041_` as a character.
fn without_escapes(name: &str) -> Cow<'_, str> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..5);
        digits.is_some_and(|it| it[..4].iter().all(u8::is_ascii_hexdigit) && it[4] == b'_')
    };
    if name.split("_x").skip(1).any(is_escape) {
        Cow::Owned(name.replace("_x", "-x"))
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn middle(outside: &[&str]) -> Vec<String> {
        let outside: Vec<String> = outside.iter().map(|&name| name.to_owned()).collect();
        let mut names = distinct(&["Rank"], &outside, &["Status"]);
        assert_eq!(names.remove(0), "Rank");
        assert_eq!(names.pop().unwrap(), "Status");
        names
    }

    #[test]
    fn equal_names_are_numbered() {
        assert_eq!(
            middle(&["Site", "SITE", "site", "status", "Straße", "STRASSE"]),
            [
                "Site",
                "SITE (2)",
                "site (3)",
                "status (2)",
                "Straße",
                "STRASSE (2)"
            ]
        );
        assert_eq!(
            middle(&["a (2)", "a", "A"]),
            ["a (2)", "a", "A (3)"],
            "a number that is taken"
        );
        assert_eq!(
            middle(&["", " ", "\n"]),
            ["(no name)", "(no name) (2)", "(no name) (3)"]
        );
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(
            middle(&["two\r\n lines", "a_x0041_b", "max_x_value", "=1+1"]),
            ["two lines", "a-x0041_b", "max_x_value", "=1+1"]
        );
        assert_eq!(middle(&[&"€".repeat(300)]), ["€".repeat(MAX_LENGTH)]);
    }

    proptest! {
        #[test]
        fn names_are_unique(
            outside in proptest::collection::vec("(\\PC|[aA \n_x]){0,4}", 0..12),
        ) {
            let names = distinct(&["Rank", "Machine id"], &outside, &["Status"]);
            let folded: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
            prop_assert_eq!(folded.len(), outside.len() + 3);
            prop_assert!(!names.iter().any(|name| name.trim().is_empty()));
        }
    }
}
