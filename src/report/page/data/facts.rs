//! The inventory columns with values shared by many machines, such as platform, group or site. Users
//! filter the page by "the servers of that site". Columns that differ by machine are only in the files.

use std::collections::{HashMap, hash_map::Entry};

use serde::Serialize;

use super::super::{Scene, shown::text};

/// The maximum number of distinct values in a column.
const MOST_WORDS: usize = 200;
/// The maximum number of columns. The page includes the first ones.
const MOST_COLUMNS: usize = 6;

/// An inventory column with repeated values.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Fact {
    name: String,
    words: Vec<String>,
    /// The index of each machine's value in `words`.
    of: Vec<u32>,
}

/// The inventory columns with repeated values, for the machines at these positions.
pub(super) fn facts(
    scene: &Scene<'_>,
    positions: &(impl Iterator<Item = usize> + Clone),
) -> Vec<Fact> {
    let columns = scene.run.inventory.columns.iter().enumerate();
    let others = columns.filter(|(column, _)| scene.names.column() != Some(*column));
    let facts = others.filter_map(|(column, _)| fact(scene, column, positions.clone()));
    facts.take(MOST_COLUMNS).collect()
}

fn fact(scene: &Scene<'_>, column: usize, positions: impl Iterator<Item = usize>) -> Option<Fact> {
    let inventory = scene.run.inventory;
    let mut fact = Fact {
        name: text(&inventory.columns[column]),
        words: Vec::new(),
        of: Vec::new(),
    };
    let mut places = HashMap::new();
    for position in positions {
        let mut cells = inventory.cells.row(position);
        let word = cells.nth(column).unwrap_or_default();
        let place = match places.entry(word) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                fact.words.push(text(word));
                *new.insert(u32::try_from(fact.words.len() - 1).ok()?)
            }
        };
        fact.of.push(place);
        if fact.words.len() > MOST_WORDS {
            return None;
        }
    }
    fact.is_worth_telling().then_some(fact)
}

impl Fact {
    /// Whether values repeat and are not all empty.
    fn is_worth_telling(&self) -> bool {
        let repeats = self.of.len() == 1 || self.words.len() < self.of.len();
        repeats && self.words.iter().any(|word| !word.is_empty())
    }
}
