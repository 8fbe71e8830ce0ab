//! The names of products as people write them.

use std::sync::Arc;

use super::figures::capitalized;
use crate::aggregate::KbRow;

/// Two products are both named if their names have fewer characters than this.
const SHORT: usize = 20;

/// Words that are not only capitalized.
const SPELLINGS: [(&str, &str); 6] = [
    (".net", ".NET"),
    ("and", "and"),
    ("for", "for"),
    ("iis", "IIS"),
    ("office365", "Office 365"),
    ("sql", "SQL"),
];

/// The name of a product: `windows_11` is `Windows 11`.
pub(in crate::report) fn name(product: &str) -> String {
    let words = product.split('_').filter(|word| !word.is_empty());
    words.map(spelled).collect::<Vec<String>>().join(" ")
}

fn spelled(word: &str) -> String {
    if let Some((_, spelling)) = SPELLINGS.iter().find(|(known, _)| *known == word) {
        return (*spelling).to_owned();
    }
    capitalized(word)
}

/// The products of a KB in a few words: `Windows 10`, `Windows 10, Edge`, or `Windows 10 and 2
/// more`. Operating systems come first. Empty if the service names none.
pub(in crate::report) fn short(kb: &KbRow) -> String {
    let mut products: Vec<&Arc<str>> = kb.products.iter().collect();
    products.sort_by_key(|it| !it.starts_with("windows"));
    match products.as_slice() {
        [] => String::new(),
        [only] => name(only),
        [first, second] if first.len() + second.len() < SHORT => {
            format!("{}, {}", name(first), name(second))
        }
        [first, others @ ..] => format!("{} and {} more", name(first), others.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;

    #[test]
    fn names_are_spelled_as_people_spell_them() {
        for (product, expected) in [
            ("windows_11", "Windows 11"),
            ("windows_server_2022", "Windows Server 2022"),
            (".net_framework", ".NET Framework"),
            ("sql_server_2019", "SQL Server 2019"),
            ("edge", "Edge"),
            ("_", ""),
            ("élan_vital", "élan Vital"),
        ] {
            assert_eq!(name(product), expected);
        }
    }

    #[test]
    fn operating_systems_come_first() {
        let shown = |products: &[&str]| {
            Fixture::small().with_run(|run| {
                short(&KbRow {
                    products: products.iter().map(|it| Arc::from(*it)).collect(),
                    ..run.fleet.kbs[0].clone()
                })
            })
        };
        for (products, expected) in [
            (&[][..], ""),
            (&["edge"], "Edge"),
            (&["edge", "windows_10"], "Windows 10, Edge"),
            (
                &["remote_desktop_client", "windows_10"],
                "Windows 10 and 1 more",
            ),
            (&["edge", "office", "windows_10"], "Windows 10 and 2 more"),
            (
                &["windows_11", "windows_10", "edge"],
                "Windows 10 and 2 more",
            ),
        ] {
            assert_eq!(shown(products), expected);
        }
    }
}
