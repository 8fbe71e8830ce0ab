//! Finds the column of machine names, and the names that several machines share.

use std::{collections::HashSet, hash::BuildHasher};

use foldhash::fast::FixedState;

use crate::inventory::text::invisible::trimmed;

/// Names of such a column in order of preference, in lower-case letters only, without separators.
/// The name that the reports use comes first: a list with that column also has it in
/// `machines.csv`.
const NAMES: [&str; 7] = [
    "machinename",
    "devicename",
    "computerdnsname",
    "computername",
    "name",
    "hostname",
    "host",
];

/// Names that several machines of a list share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNames {
    /// The number of such names.
    pub names: u64,
    /// The number of machines with such a name.
    pub machines: u64,
    /// The first of these names.
    pub example: String,
}

impl SharedNames {
    /// Finds the shared names among these, ignoring case.
    pub(crate) fn among<'list>(names: impl Iterator<Item = &'list str> + Clone) -> Option<Self> {
        let names = names.map(trimmed).filter(|name| !name.is_empty());
        // A hash per name takes an eighth of the memory of the names.
        let hash = |name: &str| FixedState::default().hash_one(name.to_lowercase());
        // Reserved in advance, because growing the vector would need twice the memory.
        let mut hashes: Vec<u64> = Vec::with_capacity(names.clone().count());
        hashes.extend(names.clone().map(hash));
        hashes.sort_unstable();
        let groups = hashes.chunk_by(|one, other| one == other);
        let shared: Vec<&[u64]> = groups.filter(|group| group.len() > 1).collect();
        let known: HashSet<u64> = shared.iter().map(|group| group[0]).collect();
        let example = names.clone().find(|name| known.contains(&hash(name)))?;
        Some(Self {
            names: shared.len() as u64,
            machines: shared.iter().map(|group| group.len() as u64).sum(),
            example: example.to_owned(),
        })
    }
}

/// The position of the column of machine names: the first column with the most preferred name.
pub(crate) fn name_column(columns: &[String]) -> Option<usize> {
    let names = plain_names(columns);
    NAMES
        .iter()
        .find_map(|wanted| names.iter().position(|name| name == wanted))
}

/// The names in lower case, letters and digits only. A column that was renamed with the prefix
/// `input.` counts under its own name.
pub(crate) fn plain_names(columns: &[String]) -> Vec<String> {
    let letters = |name: &String| -> String {
        let letters = name.chars().filter(|it| it.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let names = columns.iter().map(letters);
    names
        .map(|name| name.strip_prefix("input").unwrap_or(&name).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    #[test]
    fn columns_are_recognised_by_name() {
        for (header, name, last_seen) in [
            ("id,Device Name,Last device update", Some(0), Some(1)),
            ("id,lastSeen,computerDnsName", Some(1), Some(0)),
            ("id,host,name", Some(1), None),
            ("id,deviceName,machineName", Some(1), None),
            ("id,site,tag", None, None),
        ] {
            let list = format!("{header}\n{},x,y\n", "07".repeat(20));
            let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
            assert_eq!(inventory.name_column(), name, "{header}");
            assert_eq!(inventory.last_seen_column(), last_seen, "{header}");
        }
    }

    /// The names shared by machines of a list, in a column of this name.
    fn shared(column: &str, names: &[&str]) -> Option<SharedNames> {
        let rows = (1..).zip(names);
        let rows: Vec<String> = rows.map(|(id, name)| format!("{id:040x},{name}")).collect();
        let list = format!("id,{column}\n{}\n", rows.join("\n"));
        let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
        inventory.shared_names()
    }

    #[test]
    fn names_shared_by_several_machines_are_counted() {
        let some = |names, machines, example: &str| {
            Some(SharedNames {
                names,
                machines,
                example: example.to_owned(),
            })
        };
        for (names, expected) in [
            (&["a", "b", "c"][..], None),
            (&["a", "b", "A"], some(1, 2, "a")),
            (
                &["b", "pc-1", " PC-1 ", "Pc-1", "a", "a"],
                some(2, 5, "pc-1"),
            ),
            (&["", "", " ", "a"], None),
            (&["straße", "STRASSE"], None),
            (&["Ä", "ä"], some(1, 2, "Ä")),
            (&["pc", "pc.contoso.com"], None),
        ] {
            assert_eq!(shared("Device Name", names), expected, "{names:?}");
        }
        assert_eq!(shared("site", &["a", "a"]), None);
        assert_eq!(shared("computerDnsName", &["a", "a"]), some(1, 2, "a"));
    }
}
