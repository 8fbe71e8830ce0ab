//! A list split by the values of one of its columns.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cells, Inventory, Skipped, text::invisible::trimmed};

/// The machines of a list with the same value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPart {
    /// The value, without surrounding white space; empty for machines without one.
    pub value: String,
    /// These machines alone.
    pub inventory: Inventory,
}

impl Inventory {
    /// The position of the column with this name: in any case, and with the prefix `input.` or without.
    pub fn column(&self, name: &str) -> Option<usize> {
        let position = |fits: &dyn Fn(&str) -> bool| self.columns.iter().position(|it| fits(it));
        let name = trimmed(name);
        position(&|it| it == name)
            .or_else(|| position(&|it| it.eq_ignore_ascii_case(name)))
            .or_else(|| position(&|it| it.to_lowercase() == name.to_lowercase()))
            .or_else(|| {
                let without_prefix =
                    |it: &str| it.strip_prefix("input.").unwrap_or(it).to_lowercase();
                position(&|it| without_prefix(it) == name.to_lowercase())
            })
    }

    /// The different values of a column, sorted.
    pub fn values(&self, column: usize) -> BTreeSet<&str> {
        let positions = 0..self.machines.len() + self.skipped.machines.len();
        positions.map(|at| self.value(at, column)).collect()
    }

    fn value(&self, position: usize, column: usize) -> &str {
        trimmed(self.row(position).nth(column).unwrap_or_default())
    }

    /// The machines by their value in a column, in the order of the values. Rows that were rejected or
    /// repeated belong to no part.
    pub fn split(&self, column: usize) -> Vec<ListPart> {
        let mut parts: BTreeMap<&str, Self> = BTreeMap::new();
        for (at, machine) in self.machines.iter().enumerate() {
            let part = parts.entry(self.value(at, column));
            let part = part.or_insert_with(|| self.empty());
            part.machines.push(*machine);
            part.cells.push(self.row(at));
        }
        for (at, machine) in (self.machines.len()..).zip(&self.skipped.machines) {
            let part = parts.entry(self.value(at, column));
            let part = part.or_insert_with(|| self.empty());
            part.skipped.machines.push(*machine);
            part.skipped.cells.push(self.row(at));
        }
        let parts = parts.into_iter().map(|(value, inventory)| ListPart {
            value: value.to_owned(),
            inventory,
        });
        parts.collect()
    }

    /// The same list without machines.
    fn empty(&self) -> Self {
        let cells = Cells::new(self.columns.len());
        Self {
            file: self.file.clone(),
            fetched: self.fetched.clone(),
            columns: self.columns.clone(),
            cells: cells.clone(),
            skipped: Skipped {
                cells,
                ..Skipped::default()
            },
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read_from;

    fn list(rows: &[&str]) -> Inventory {
        let rows = (1..).zip(rows);
        let rows: Vec<String> = rows.map(|(id, row)| format!("{id:040x},{row}")).collect();
        let list = format!(
            "id,name,Site,status,skippedBecause\n{}\nnonsense,x,Bern,,\n",
            rows.join("\n")
        );
        read_from(list.as_bytes(), "list.csv", None).unwrap()
    }

    #[test]
    fn every_machine_is_in_the_part_of_its_value() {
        let list = list(&[
            "a,Bern,,",
            "b,,,",
            "c,Basel,,merged",
            "d, Bern ,,",
            "e,bern,,",
        ]);
        let column = list.column("site").unwrap();
        assert!(
            list.values(column)
                .into_iter()
                .eq(["", "Basel", "Bern", "bern"])
        );
        let parts = list.split(column);
        let shown: Vec<(&str, Vec<&str>, usize)> = parts
            .iter()
            .map(|part| {
                let list = &part.inventory;
                let names = (0..list.machines.len()).filter_map(|at| list.name(at));
                (&*part.value, names.collect(), list.skipped.machines.len())
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("", vec!["b"], 0),
                ("Basel", vec![], 1),
                ("Bern", vec!["a", "d"], 0),
                ("bern", vec!["e"], 0),
            ]
        );
        let rows: u64 = parts.iter().map(|part| part.inventory.rows()).sum();
        assert_eq!(rows + 1, list.rows(), "all but the rejected row");
        assert_eq!(
            parts[1].inventory.name(0),
            Some("c"),
            "the skipped one has its cells"
        );
    }

    #[test]
    fn column_is_found_in_any_case_and_with_its_prefix() {
        let list = list(&["a,b,,"]);
        for (name, expected) in [
            ("Site", Some(1)),
            (" site ", Some(1)),
            ("SITE", Some(1)),
            ("status", Some(2)),
            ("input.status", Some(2)),
            ("id", None),
            ("", None),
            ("sit", None),
        ] {
            assert_eq!(list.column(name), expected, "{name}");
        }
    }
}
