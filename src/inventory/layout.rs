//! Where in a row what stands.

use std::collections::{HashMap, VecDeque};

use super::columns::plain;

/// Where in the rows of a table what stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Position of the id column.
    pub(super) id: usize,
    /// Position of each column that travels along; none where this table lacks it.
    pub(super) others: Vec<Option<usize>>,
    /// Columns beside the id column in which an id would be no other thing than a machine: those
    /// without a name, and those with the name of the id column.
    pub(super) unnamed: Vec<usize>,
    /// How many columns there are.
    pub(super) width: usize,
}

impl Layout {
    /// The layout below a header with these names, empty where there are none.
    pub(super) fn new(names: &[String], id: usize) -> Self {
        let others = (0..names.len()).filter(|&position| position != id);
        let id_name = names.get(id).map(|name| plain(name)).unwrap_or_default();
        let is_unnamed = |&position: &usize| {
            let name = plain(&names[position]);
            name.is_empty() || name == id_name
        };
        Self {
            id,
            others: others.clone().map(Some).collect(),
            unnamed: others.filter(is_unnamed).collect(),
            width: names.len(),
        }
    }

    /// The layout below another header of the same file, whose columns are among those of the
    /// first one, in any order. None where it has others.
    pub(super) fn below(
        names: &[String],
        id: usize,
        other: &[String],
        other_id: usize,
    ) -> Option<Self> {
        let mut free: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (position, name) in other.iter().enumerate() {
            if position != other_id {
                free.entry(plain(name)).or_default().push_back(position);
            }
        }
        let mut others = Vec::with_capacity(names.len());
        for (position, name) in names.iter().enumerate() {
            if position != id {
                let found = free.get_mut(&plain(name)).and_then(VecDeque::pop_front);
                others.push(found);
            }
        }
        let all_found = free
            .iter()
            .all(|(name, left)| name.is_empty() || left.is_empty());
        all_found.then(|| Self {
            others,
            ..Self::new(other, other_id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(first: &str, other: &str, other_id: usize) -> Option<Vec<Option<usize>>> {
        let names = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
        Some(Layout::below(&names(first), 0, &names(other), other_id)?.others)
    }

    #[test]
    fn columns_are_found_by_their_names() {
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
