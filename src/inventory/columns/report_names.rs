//! The names that the extra columns have in the reports.

use std::collections::HashSet;

/// The columns of `machines.csv` that the report adds. A column of the inventory with the same name
/// is renamed.
pub const OWN_COLUMNS: &[&str] = &[
    "rank",
    "machineId",
    "status",
    "missingKbs",
    "cveAddressed",
    "cveAddressedMax",
    "topKbId",
    "kbIds",
    "answeredAt",
];

/// The prefix of an inventory column that has the name of a report column.
const PREFIX: &str = "input.";

/// The names of the extra columns in the report. A column without a name gets its position:
/// `column3`.
pub(crate) fn report_names(names: &[String], id: usize) -> Vec<String> {
    let own = OWN_COLUMNS.iter().map(|name| name.to_lowercase());
    let own: HashSet<String> = own.collect();
    let mut taken = own.clone();
    taken.extend(names.iter().map(|name| name.to_lowercase()));

    let mut extra = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        if position == id {
            continue;
        }
        extra.push(match name.as_str() {
            "" => free(format!("column{}", position + 1), &taken),
            name if own.contains(&name.to_lowercase()) => free(name.to_owned(), &taken),
            name => name.to_owned(),
        });
    }
    extra
}

/// Prefixes the name until no column of the file has it. Columns with the same name keep a common
/// name.
fn free(mut name: String, taken: &HashSet<String>) -> String {
    while taken.contains(&name.to_lowercase()) {
        name.insert_str(0, PREFIX);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clashing_columns_are_prefixed() {
        for (names, expected) in [
            (&["id", "Name", "Team"][..], &["Name", "Team"][..]),
            (&["id", "STATUS", "Rank"], &["input.STATUS", "input.Rank"]),
            (
                &["id", "input.status", "status", "status"],
                &["input.status", "input.input.status", "input.input.status"],
            ),
            (&["id", "machineId"], &["input.machineId"]),
            (&["id", "", "Column2"], &["input.column2", "Column2"]),
            (&["id", "", ""], &["column2", "column3"]),
            (&["id", "Name", "Name"], &["Name", "Name"]),
        ] {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            assert_eq!(report_names(&names, 0), expected, "{names:?}");
        }
    }

    #[test]
    fn repeated_name_gets_one_prefix() {
        let names = vec!["rank".to_owned(); 50_000];
        let renamed = report_names(&names, 0);
        assert!(renamed.iter().all(|name| name == "input.rank"));
    }
}
