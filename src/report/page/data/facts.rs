//! What else the list says of its machines, where many share it: platform, group, site. A page is
//! asked for "the servers of that site"; what differs from machine to machine stays in the files.

use std::collections::{HashMap, hash_map::Entry};

use serde::Serialize;

use super::super::{Scene, shown::text};

/// Different words that a column may have.
const MOST_WORDS: usize = 200;
/// Columns that the page takes along, the first ones.
const MOST_COLUMNS: usize = 6;

/// A column of the list whose words repeat.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Fact {
    name: String,
    words: Vec<String>,
    /// For each machine the place of its word.
    of: Vec<u32>,
}

/// The columns of the list whose words repeat, for the machines at these positions of it.
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
    /// Whether words repeat, and say something at all.
    fn is_worth_telling(&self) -> bool {
        let repeats = self.of.len() == 1 || self.words.len() < self.of.len();
        repeats && self.words.iter().any(|word| !word.is_empty())
    }
}
