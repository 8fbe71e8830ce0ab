//! The subfolders of `--split-by`: one for each value of a column, which is text from outside.

use std::collections::BTreeSet;

use super::digest::Hashing;
use crate::report::{csv::TARGETS, plain::plain};

/// The folder of the machines without a value.
const NONE: &str = "none";
/// The most characters of a name.
const MAX_LENGTH: usize = 60;
/// The number of digits of a hash.
const HASH: usize = 12;
/// The extensions of reports: a folder with the name of a report would be in its way.
const EXTENSIONS: [&str; 5] = [".csv", ".html", ".json", ".xlsx", ".parquet"];
/// Names that Windows reserves for devices, also with an extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Prefixes of such names, followed by a digit.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// A folder name for each of these different values. They are distinct even on a file system that
/// ignores case: if the name of a value is taken, a part of its hash is appended. A name is a plain
/// file name on every platform.
pub fn folder_names<'value>(values: impl IntoIterator<Item = &'value str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let names = values.into_iter().map(|value| {
        let name = folder_name(value);
        if taken.insert(folded(&name)) {
            return name;
        }
        let mut hashing = Hashing::default();
        hashing.add(value.as_bytes());
        let hash: String = hashing.finish().to_string().chars().take(HASH).collect();
        let name = format!("{name}-{hash}");
        taken.insert(folded(&name));
        name
    });
    names.collect()
}

/// Whether a name is valid for a folder next to the reports, on every platform.
pub fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && folder_name(name) == name
}

/// The name in the form in which file systems that ignore case compare it.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

fn folder_name(value: &str) -> String {
    let plain = plain(value);
    let safe = plain.trim().chars().map(|it| match it {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '{' | '}' => '_',
        it => it,
    });
    let cut: String = safe.take(MAX_LENGTH).collect();
    // Windows drops these at the end.
    let name = cut.trim_end_matches(['.', ' ']);
    if name.is_empty() && plain.trim().is_empty() {
        return NONE.to_owned();
    }
    let mut name = name.to_owned();
    // Avoids hidden files, `..`, and names that look like an option.
    if name.is_empty() || name.starts_with(['.', '-', '~']) || is_device(&name) {
        name.insert(0, '_');
    }
    if is_ours(&name) {
        name.push('_');
    }
    name
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_lowercase();
    let is_numbered = NUMBERED_DEVICES.iter().any(|device| {
        let mut rest = stem.strip_prefix(device).unwrap_or_default().chars();
        let digit = rest.next();
        let is_digit = digit.is_some_and(|it| it.is_ascii_digit() || matches!(it, '¹' | '²' | '³'));
        is_digit && rest.next().is_none()
    });
    is_numbered || DEVICES.contains(&&*stem)
}

/// Whether patchgap may write a file of that name to the folder itself.
fn is_ours(name: &str) -> bool {
    let name = name.to_lowercase();
    name == TARGETS || EXTENSIONS.iter().any(|it| name.ends_with(it))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_set, prelude::*};

    use super::{super::names::is_plain, *};

    #[test]
    fn names_are_safe_on_every_platform() {
        for (value, expected) in [
            ("Berlin", "Berlin"),
            ("Zürich, CH", "Zürich, CH"),
            ("contoso.com", "contoso.com"),
            ("", "none"),
            (" \t", "none"),
            ("a/b\\c", "a_b_c"),
            ("..", "_"),
            (".", "_"),
            ("../../etc", "_.._.._etc"),
            (".hidden", "_.hidden"),
            ("-rf", "_-rf"),
            ("~root", "_~root"),
            ("C:", "C_"),
            ("ends.", "ends"),
            ("ends. .", "ends"),
            ("{date}", "_date_"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1", "_com1"),
            ("COM¹", "_COM¹"),
            ("LPT9 .x", "_LPT9 .x"),
            ("com10", "com10"),
            ("lpt", "lpt"),
            ("targets", "targets_"),
            ("KBS.csv", "KBS.csv_"),
            ("\u{1b}[31mred\u{202e}", "red"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(folder_names([value]), [expected], "{value:?}");
        }
        let long = "ä".repeat(500);
        assert_eq!(folder_names([&*long])[0].chars().count(), MAX_LENGTH);
    }

    #[test]
    fn values_that_differ_have_folders_that_differ() {
        let names = folder_names(["BERLIN", "Berlin", "a/b", "a_b", "none", ""]);
        assert_eq!(names[0], "BERLIN");
        assert!(
            names[1].starts_with("Berlin-") && names[1].len() == 19,
            "{names:?}"
        );
        assert!(names[3].starts_with("a_b-"), "{names:?}");
        assert_eq!(names[4], "none");
        assert!(names[5].starts_with("none-"), "{names:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_values_get_distinct_plain_names(values in btree_set("(\\PC|\\pC|[./\\\\:a-cA-C ~-]){0,8}", 1..20)) {
            let names = folder_names(values.iter().map(|it| &**it));
            let different: BTreeSet<String> = names.iter().map(|it| folded(it)).collect();
            prop_assert_eq!(different.len(), values.len());
            for name in names {
                prop_assert!(is_plain(&name), "{:?}", name);
                prop_assert!(!name.contains(['/', '\\', ':', '\0']) && !name.contains(char::is_control));
                prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']), "{:?}", name);
                prop_assert!(name.len() < 255);
            }
        }
    }
}
