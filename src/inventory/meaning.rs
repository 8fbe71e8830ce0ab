//! What the columns that travel along mean, as far as their names say it: the machines' names.

use std::{collections::HashSet, hash::BuildHasher};

use foldhash::fast::FixedState;

use super::{Inventory, unseen::trimmed};

/// What a column with the names of the machines is called, in order of preference: small
/// letters alone, without what stands between the words.
const NAMES: [&str; 7] = [
    "devicename",
    "computerdnsname",
    "machinename",
    "computername",
    "name",
    "hostname",
    "host",
];

/// Names that several machines of a list share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNames {
    /// How many names.
    pub names: u64,
    /// How many machines have them.
    pub machines: u64,
    /// The first of these names.
    pub example: String,
}

impl Inventory {
    /// The column with the names of the machines, if there is one.
    pub fn name_column(&self) -> Option<usize> {
        self.column_called(&NAMES)
    }

    /// What the list calls a machine: none where it has no such column, or an empty cell.
    pub fn name(&self, position: usize) -> Option<&str> {
        let column = self.name_column()?;
        let name = self.cells.row(position).nth(column)?;
        (!name.is_empty()).then_some(name)
    }

    /// Names that stand for more than one machine, whatever the case of their letters: as a rule
    /// a computer that was set up anew, beside its old record.
    pub fn shared_names(&self) -> Option<SharedNames> {
        let column = self.name_column()?;
        // A number for each name takes an eighth of the memory that the names would.
        let number = |name: &str| FixedState::default().hash_one(name.to_lowercase());
        let names = || {
            let cells = self.cells_of(column).map(trimmed);
            cells.filter(|name| !name.is_empty())
        };
        // With room from the beginning: to grow would take it twice.
        let mut numbers: Vec<u64> = Vec::with_capacity(self.machines.len());
        numbers.extend(names().map(number));
        numbers.sort_unstable();
        let groups = numbers.chunk_by(|one, other| one == other);
        let shared = groups.filter(|group| group.len() > 1);
        let counted: Vec<(u64, usize)> = shared.map(|group| (group[0], group.len())).collect();
        let known: HashSet<u64> = counted.iter().map(|(number, _)| *number).collect();
        let example = names().find(|name| known.contains(&number(name)))?;
        Some(SharedNames {
            names: counted.len() as u64,
            machines: counted.iter().map(|(_, machines)| *machines as u64).sum(),
            example: example.to_owned(),
        })
    }

    /// The cells of one column, machine by machine.
    pub(super) fn cells_of(&self, column: usize) -> impl Iterator<Item = &str> {
        let rows = (0..self.machines.len()).map(|position| self.cells.row(position));
        rows.filter_map(move |mut row| row.nth(column))
    }

    /// The names of the columns in small letters alone. A column that gave way to one of ours
    /// counts under its own name.
    pub(super) fn letters_of_columns(&self) -> Vec<String> {
        let letters = self.columns.iter().map(|name| letters(name));
        letters
            .map(|name| name.strip_prefix("input").unwrap_or(&name).to_owned())
            .collect()
    }

    /// The first column with the first of these names that there is.
    fn column_called(&self, wanted: &[&str]) -> Option<usize> {
        let names = self.letters_of_columns();
        wanted
            .iter()
            .find_map(|wanted| names.iter().position(|name| name == wanted))
    }
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    #[test]
    fn columns_are_known_by_their_names() {
        for (header, name, last_seen) in [
            ("id,Device Name,Last device update", Some(0), Some(1)),
            ("id,lastSeen,computerDnsName", Some(1), Some(0)),
            ("id,host,name", Some(1), None),
            ("id,site,tag", None, None),
        ] {
            let list = format!("{header}\n{},x,y\n", "07".repeat(20));
            let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
            assert_eq!(inventory.name_column(), name, "{header}");
            assert_eq!(inventory.last_seen_column(), last_seen, "{header}");
        }
    }

    /// The names that machines of a list share, if they are called so.
    fn shared(column: &str, names: &[&str]) -> Option<SharedNames> {
        let rows = (1..).zip(names);
        let rows: Vec<String> = rows.map(|(id, name)| format!("{id:040x},{name}")).collect();
        let list = format!("id,{column}\n{}\n", rows.join("\n"));
        let inventory = read_from(list.as_bytes(), "list.csv", None).unwrap();
        inventory.shared_names()
    }

    #[test]
    fn names_that_stand_for_several_machines_are_counted() {
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
