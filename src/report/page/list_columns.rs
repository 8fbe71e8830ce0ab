//! The columns of the machine list that the page has, within a budget: those with few distinct values,
//! such as platform, group or site, come first. `machines.csv` always has all of them.

use std::collections::{HashMap, hash_map::Entry};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::shown::text;
use crate::{
    aggregate::MachineRow,
    inventory::GroupBy,
    report::{Run, table::MachineNames},
};

/// The maximum number of distinct values of a column that is shown in the table of machines.
const MOST_WORDS: usize = 200;
/// The maximum number of columns that are shown there. The others are in the details of a machine.
const MOST_SHOWN: usize = 6;
/// The budget for all columns, in bytes of the page.
const MOST_BYTES: usize = 2 << 20;

/// A column of the machine list, with the values of the answered machines by rank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListColumn {
    pub(super) name: String,
    /// Whether it is a column of the table of machines, and not only among a machine's details.
    pub(super) is_shown: bool,
    /// Whether a value holds several tags, which the filter lists one by one.
    has_tags: bool,
    values: Values,
}

#[derive(Debug, PartialEq, Eq)]
enum Values {
    /// The machine names, which are a column of their own.
    Names,
    /// Few distinct values, and the index of each machine's value among them.
    Shared { words: Vec<String>, of: Vec<u32> },
    /// A value for each machine.
    Own(Vec<String>),
}

/// The columns within the budget, in the order of the list, with the values of at most `most`
/// machines.
pub(super) fn list_columns(
    run: &Run<'_>,
    names: &MachineNames<'_>,
    most: usize,
) -> Vec<ListColumn> {
    let answered = run.fleet.answered().iter().take(most);
    let positions: Vec<usize> = answered.map(MachineRow::position).collect();
    let tags = GroupBy::Tag.column(&run.inventory.columns);
    let columns = run.inventory.columns.iter().enumerate();
    let columns = columns.map(|(at, name)| {
        let values = match names.column() {
            Some(column) if column == at => Values::Names,
            _ => Values::of(run, at, &positions),
        };
        ListColumn {
            name: text(name),
            is_shown: false,
            has_tags: tags == Some(at),
            values,
        }
    });
    let mut columns = within_budget(columns.collect());
    let few = columns.iter_mut().filter(|it| it.values.are_few());
    few.take(MOST_SHOWN).for_each(|it| it.is_shown = true);
    columns
}

/// Drops columns until the others fit: of those with many distinct values, the last ones first.
fn within_budget(columns: Vec<ListColumn>) -> Vec<ListColumn> {
    let mut left = MOST_BYTES;
    let mut fits = vec![false; columns.len()];
    for is_shared in [true, false] {
        for (fits, column) in fits.iter_mut().zip(&columns) {
            let bytes = column.values.bytes();
            if column.values.are_shared() == is_shared && bytes <= left {
                left -= bytes;
                *fits = true;
            }
        }
    }
    let columns = columns.into_iter().zip(fits);
    columns
        .filter_map(|(column, fits)| fits.then_some(column))
        .collect()
}

impl ListColumn {
    /// The value of a machine, by rank from 0.
    pub(super) fn value(&self, machine: usize) -> &str {
        match &self.values {
            Values::Names => "",
            Values::Shared { words, of } => of
                .get(machine)
                .map_or("", |word| words[*word as usize].as_str()),
            Values::Own(values) => values.get(machine).map_or("", String::as_str),
        }
    }
}

impl Values {
    fn of(run: &Run<'_>, column: usize, positions: &[usize]) -> Self {
        let value = |position: &usize| run.inventory.row(*position).nth(column);
        let values = || positions.iter().map(|it| value(it).unwrap_or_default());
        shared(values()).unwrap_or_else(|| Self::Own(values().map(text).collect()))
    }

    /// Whether there are several values, but few enough to choose from.
    fn are_few(&self) -> bool {
        matches!(self, Self::Shared { words, .. } if words.len() > 1)
    }

    fn are_shared(&self) -> bool {
        !matches!(self, Self::Own(_))
    }

    /// About the size in the page.
    fn bytes(&self) -> usize {
        let texts = |texts: &[String]| texts.iter().map(|it| it.len() + 3).sum();
        match self {
            Self::Names => 0,
            Self::Shared { words, of } => texts(words) + of.len() * 2,
            Self::Own(values) => texts(values),
        }
    }
}

/// The values as indices into the distinct ones, if they repeat and are few.
fn shared<'list>(values: impl Iterator<Item = &'list str>) -> Option<Values> {
    let mut words = Vec::new();
    let mut of = Vec::new();
    let mut places = HashMap::new();
    for value in values {
        let place = match places.entry(value) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                words.push(text(value));
                *new.insert(u32::try_from(words.len() - 1).ok()?)
            }
        };
        of.push(place);
        if words.len() > MOST_WORDS {
            return None;
        }
    }
    let repeat = words.len() < of.len() || of.len() < 2;
    repeat.then_some(Values::Shared { words, of })
}

impl Serialize for ListColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("shown", &self.is_shown)?;
        match &self.values {
            Values::Names => {}
            Values::Shared { words, of } => {
                map.serialize_entry("words", words)?;
                if self.has_tags {
                    let tags = words.iter().map(|word| GroupBy::Tag.values(word));
                    map.serialize_entry("tags", &tags.collect::<Vec<_>>())?;
                }
                map.serialize_entry("of", of)?;
            }
            Values::Own(values) => map.serialize_entry("values", values)?,
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, values: Values) -> ListColumn {
        ListColumn {
            name: name.to_owned(),
            is_shown: false,
            has_tags: false,
            values,
        }
    }

    #[test]
    fn columns_beyond_the_budget_are_dropped_the_repeated_ones_last() {
        let own = |length| Values::Own(vec!["x".repeat(length)]);
        let few = Values::Shared {
            words: vec!["a".to_owned()],
            of: vec![0; 10],
        };
        let columns = vec![
            column("most", own(MOST_BYTES - 100)),
            column("large", own(1000)),
            column("small", own(1)),
            column("few", few),
        ];
        let kept = within_budget(columns);
        let names: Vec<&str> = kept.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["most", "small", "few"]);
    }

    #[test]
    fn values_are_shared_if_they_repeat_and_are_few() {
        let many: Vec<String> = (0..500).map(|it| (it % 201).to_string()).collect();
        for (values, expected) in [
            (vec!["a", "b", "a"], Some((2, vec![0, 1, 0]))),
            (vec!["a", "b"], None),
            (vec!["a"], Some((1, vec![0]))),
            (vec![], Some((0, vec![]))),
            (many.iter().map(String::as_str).collect(), None),
        ] {
            let found = shared(values.into_iter());
            match found {
                Some(Values::Shared { words, of }) => {
                    assert_eq!(Some((words.len(), of)), expected);
                }
                _ => assert_eq!(expected, None),
            }
        }
    }
}
