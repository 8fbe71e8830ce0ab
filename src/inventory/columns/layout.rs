//! The columns of a table, and their positions in its rows.

use std::collections::{HashMap, VecDeque};

use super::header::plain;

/// The columns of a table.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Their names; empty strings if the table has no header.
    pub(crate) names: Vec<String>,
    /// Position of the id column.
    pub(crate) id: usize,
}

/// The position of each column in the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Position of the id column.
    pub(crate) id: usize,
    /// Position of each extra column of the first table; `None` if this table lacks it.
    pub(crate) extra: Vec<Option<usize>>,
    /// Columns in which an id must belong to another machine: those without a name, and those that
    /// repeat the name of the id column.
    pub(crate) unnamed: Vec<usize>,
    /// The number of columns.
    pub(crate) width: usize,
}

impl Columns {
    /// Whether there is a header.
    pub(crate) fn has_names(&self) -> bool {
        self.names.iter().any(|name| !name.is_empty())
    }

    /// The columns other than the id column: position and name.
    pub(crate) fn extra(&self) -> impl Iterator<Item = (usize, &str)> + Clone {
        let names = self.names.iter().map(String::as_str).enumerate();
        names.filter(|(position, _)| *position != self.id)
    }

    /// The layout of this table itself.
    pub(crate) fn layout(&self) -> Layout {
        self.layout_with(self.extra().map(|(position, _)| Some(position)).collect())
    }

    /// The layout of another table of the same file, whose columns are a subset of these in any
    /// order. `None` if it has other columns.
    pub(crate) fn layout_of(&self, other: &Self) -> Option<Layout> {
        let mut free: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (position, name) in other.extra() {
            free.entry(plain(name)).or_default().push_back(position);
        }
        let names = self.extra().map(|(_, name)| plain(name));
        let positions = names.map(|name| free.get_mut(&name)?.pop_front()).collect();
        let all_found = free
            .iter()
            .all(|(name, left)| name.is_empty() || left.is_empty());
        all_found.then(|| other.layout_with(positions))
    }

    fn layout_with(&self, extra: Vec<Option<usize>>) -> Layout {
        let id_name = self.names.get(self.id).map(|name| plain(name));
        let is_unnamed = |name: &String| Some(name) == id_name.as_ref() || name.is_empty();
        let unnamed = self.extra().filter(|(_, name)| is_unnamed(&plain(name)));
        Layout {
            id: self.id,
            extra,
            unnamed: unnamed.map(|(position, _)| position).collect(),
            width: self.names.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(first: &str, other: &str, other_id: usize) -> Option<Vec<Option<usize>>> {
        let columns = |row: &str, id| Columns {
            names: row.split(',').map(str::to_owned).collect(),
            id,
        };
        let layout = columns(first, 0).layout_of(&columns(other, other_id))?;
        Some(layout.extra)
    }

    #[test]
    fn columns_are_mapped_by_name() {
        for (first, other, other_id, expected) in [
            ("id,a,b", "id,a,b", 0, Some(vec![Some(1), Some(2)])),
            ("id,a,b", "ID,B,A", 0, Some(vec![Some(2), Some(1)])),
            ("id,a,b", "b,a,machineId", 2, Some(vec![Some(1), Some(0)])),
            ("id,a,b", "b,id", 1, Some(vec![None, Some(0)])),
            ("id,a,a", "a,id,a", 1, Some(vec![Some(0), Some(2)])),
            ("id,a", "id,a,", 0, Some(vec![Some(1)])),
            ("id,a,", "id,,a", 0, Some(vec![Some(2), Some(1)])),
            ("id,a", "id,b", 0, None),
            ("id,a", "id,a,a", 0, None),
            ("id", "id,a", 0, None),
        ] {
            assert_eq!(
                layout(first, other, other_id),
                expected,
                "{first} / {other}"
            );
        }
    }
}
