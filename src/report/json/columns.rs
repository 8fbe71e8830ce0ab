//! Unique JSON keys for the inventory's columns: a CSV file may repeat a column name, but the keys of an
//! object must be distinct.

use std::collections::{HashMap, HashSet};

/// A unique key for each column. The first column of a name keeps it, and later ones get a number:
/// `Team (2)`.
pub(super) fn keys(columns: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = columns.iter().cloned().collect();
    let mut last: HashMap<&str, usize> = HashMap::new();
    let keys = columns.iter().map(|name| {
        let last = last.entry(name).or_default();
        *last += 1;
        if *last == 1 {
            return name.clone();
        }
        let mut key = format!("{name} ({last})");
        while !taken.insert(key.clone()) {
            *last += 1;
            key = format!("{name} ({last})");
        }
        key
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_keys_are_unique() {
        for (columns, expected) in [
            (&["Name", "Team"][..], &["Name", "Team"][..]),
            (&["a", "a", "A", "a"], &["a", "a (2)", "A", "a (3)"]),
            (&["a", "a", "a (2)"], &["a", "a (3)", "a (2)"]),
            (
                &["a (2)", "a", "a", "a (2)"],
                &["a (2)", "a", "a (3)", "a (2) (2)"],
            ),
            (&[], &[]),
        ] {
            let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
            assert_eq!(keys(&columns), expected, "{columns:?}");
        }
    }

    #[test]
    fn many_equal_columns_are_numbered_quickly() {
        let keys = keys(&vec!["a".to_owned(); 50_000]);
        assert_eq!(keys.last().map(String::as_str), Some("a (50000)"));
    }
}
