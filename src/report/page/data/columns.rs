//! Serializes a table column by column, each in its own encoding.

use std::{cell::RefCell, collections::HashMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::super::{
    Scene,
    shown::{link, text},
};
use crate::{
    domain::kb::KbId,
    report::table::{Cell, Column, Encoding, Scope, Table, Target, columns},
};

/// The rows of a table, serialized by column.
pub(super) struct Columns<'row, T: Table> {
    pub(super) scene: &'row Scene<'row>,
    pub(super) texts: &'row RefCell<Texts>,
    pub(super) rows: &'row [T::Row<'row>],
    /// Whether the number of rows is written first.
    pub(super) is_counted: bool,
}

impl<T: Table> Serialize for Columns<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.is_counted {
            map.serialize_entry("count", &self.rows.len())?;
        }
        for column in &columns::<T>(Target::PageData, Scope::of(&self.scene.run)) {
            self.column(column, &mut map)?;
        }
        map.end()
    }
}

impl<T: Table> Columns<'_, T> {
    fn column<M: SerializeMap>(&self, column: &Column<T>, map: &mut M) -> Result<(), M::Error> {
        let cells = || self.rows.iter().map(|row| (column.value)(row));
        let key = column.key;
        match column.data {
            Encoding::Plain => map.serialize_entry(key, &Values(|| cells().map(Plain))),
            Encoding::OrEmpty => {
                map.serialize_entry(key, &Values(|| cells().map(|it| foreign(it))))
            }
            Encoding::Interned => {
                map.serialize_entry(key, &Values(|| cells().map(|it| self.interned(it))))
            }
            Encoding::Joined => map.serialize_entry(key, &Joined(|| cells().map(foreign))),
            Encoding::Digits(words_key, words) => {
                map.serialize_entry(words_key, words)?;
                map.serialize_entry(key, &Joined(|| cells().filter_map(|it| digit(it, words))))
            }
            Encoding::KbPlace => {
                let kbs = (0..).zip(&self.scene.run.fleet.kbs);
                let places: HashMap<&KbId, usize> = kbs.map(|(at, kb)| (&kb.id, at)).collect();
                map.serialize_entry(key, &Values(|| cells().map(|it| kb_place(it, &places))))
            }
            Encoding::SinceFirst(first_key) => {
                let seconds = || cells().map(seconds);
                let first = seconds().flatten().min().unwrap_or(0);
                map.serialize_entry(first_key, &first)?;
                let since = || seconds().map(|it| it.map(|it| it - first));
                map.serialize_entry(key, &Values(since))
            }
            Encoding::ListColumns => map.serialize_entry(key, &self.scene.list_columns),
        }
    }

    /// The index of a text, or the indices of the texts of a list.
    fn interned(&self, cell: Cell<'_>) -> Interned {
        let place = |text: String| self.texts.borrow_mut().place(text);
        match cell {
            Cell::List(list) => Interned::List(list.iter().map(|it| place(text(it))).collect()),
            other => Interned::Text(place(foreign(other))),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Interned {
    Text(usize),
    List(Vec<usize>),
}

/// The text of a cell. Empty for an empty cell.
fn foreign(cell: Cell<'_>) -> String {
    match cell {
        Cell::Foreign(foreign) => text(foreign),
        Cell::Kb(id, _) => text(id.as_str()),
        Cell::Link(address) => link(Some(address)).unwrap_or_default(),
        Cell::Machine(id) => id.to_string(),
        Cell::Decimal(number) => format!("{number:.1}"),
        // As in the file: the page downloads it.
        Cell::Percent(share) => format!("{:.1}", share.percent()),
        Cell::Probability(probability) => probability.to_string(),
        Cell::Word(word) => word.to_owned(),
        Cell::Date(date) => date.to_string(),
        _ => String::new(),
    }
}

fn digit(cell: Cell<'_>, words: &[&str]) -> Option<usize> {
    match cell {
        Cell::Word(word) => words.iter().position(|it| *it == word),
        _ => None,
    }
}

fn kb_place(cell: Cell<'_>, places: &HashMap<&KbId, usize>) -> Option<usize> {
    match cell {
        Cell::Kb(id, _) => places.get(id).copied(),
        _ => None,
    }
}

fn seconds(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Time(time) => Some(time.as_second()),
        _ => None,
    }
}

/// A cell in plain form. Invisible characters are removed from text, and URLs must be valid links.
struct Plain<'row>(Cell<'row>);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Date(date) => serializer.collect_str(&date),
            Cell::Empty => serializer.serialize_none(),
            Cell::Flag(flag) => serializer.serialize_bool(flag),
            Cell::Link(address) => link(Some(address)).serialize(serializer),
            Cell::List(list) => serializer.collect_seq(list.iter().map(text)),
            Cell::Number(number, _) => serializer.serialize_u64(number),
            Cell::Signed(number) => serializer.serialize_i64(number),
            Cell::Time(time) => serializer.serialize_i64(time.as_second()),
            other => serializer.serialize_str(&foreign(other)),
        }
    }
}

/// The values of a column as an array.
struct Values<F>(F);

impl<F, I> Serialize for Values<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Values of equal width, joined into one string.
struct Joined<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: fmt::Display>> Serialize for Joined<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<F: Fn() -> I, I: Iterator<Item: fmt::Display>> fmt::Display for Joined<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)().try_for_each(|value| value.fmt(formatter))
    }
}

/// The distinct texts: repeated ones are written once.
#[derive(Default)]
pub(super) struct Texts {
    places: HashMap<String, usize>,
    all: Vec<String>,
}

impl Texts {
    /// The index of a text, which is added if it is new.
    pub(super) fn place(&mut self, text: String) -> usize {
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        let place = self.all.len();
        self.all.push(text.clone());
        self.places.insert(text, place);
        place
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}
