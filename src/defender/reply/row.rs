//! Parsing that the rows of all datasets share.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::score::Score;
use crate::domain::machine::MachineId;

/// The maximum length in bytes of a text: longer ones are treated as corrupt.
pub(super) const LONGEST_TEXT: usize = 1000;
/// The part of an unreadable row that is quoted, in characters.
const QUOTED: usize = 60;

/// The beginning of a text from outside, to be quoted.
pub(super) fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..4 * QUOTED).unwrap_or(text));
    let quoted: String = text.chars().take(QUOTED).collect();
    quoted.escape_debug().to_string()
}

/// A row of a dataset, with only the fields that are used.
pub trait Row<'de>: Default {
    /// The field for the value of this key, if it is used.
    fn cell(&mut self, key: Key<'_>) -> Option<Cell<'_, 'de>>;
}

/// The key of a value. Files and pages write keys in different cases.
#[derive(Debug, Clone, Copy)]
pub struct Key<'row>(&'row str);

impl Key<'_> {
    /// Whether it is this name, ignoring case. Most keys have another length, and are not compared
    /// further.
    #[expect(
        clippy::inline_always,
        reason = "a fifth of the time of parsing: chosen by length, a key is compared with one or two names"
    )]
    #[inline(always)]
    pub(super) fn is(self, name: &str) -> bool {
        self.0.len() == name.len() && self.0.eq_ignore_ascii_case(name)
    }
}

/// The field for a value.
#[derive(Debug)]
pub enum Cell<'row, 'de> {
    /// Any text or number.
    Text(&'row mut Cow<'de, str>),
    /// A list of texts, or a text with a list in it: dynamic columns come as either.
    Texts(&'row mut Vec<Cow<'de, str>>),
    /// A CVSS score, in tenths.
    Score(&'row mut Option<u8>),
}

/// The id of a row's machine, or what is wrong with it.
pub(super) fn machine_id(text: &str) -> Result<MachineId, String> {
    let problem = |_| format!("`{}` is not a machine id", beginning(text.as_bytes()));
    text.parse().map_err(problem)
}

/// A row that was parsed.
pub(super) struct Parsed<R>(pub(super) R);

impl<'de, R: Row<'de>> Deserialize<'de> for Parsed<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor(PhantomData))
    }
}

struct RowVisitor<R>(PhantomData<R>);

impl<'de, R: Row<'de>> Visitor<'de> for RowVisitor<R> {
    type Value = Parsed<R>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of a dataset")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed<R>, A::Error> {
        let mut row = R::default();
        while let Some(cell) = map.next_key_seed(CellOf(&mut row, PhantomData))? {
            match cell {
                Some(Cell::Text(text)) => *text = map.next_value_seed(Borrowed)?,
                Some(Cell::Texts(texts)) => *texts = map.next_value_seed(BorrowedList)?,
                Some(Cell::Score(tenths)) => *tenths = map.next_value_seed(Score)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Parsed(row))
    }
}

/// Finds the field for the value of the next key, without copying the key.
struct CellOf<'row, 'de, R>(&'row mut R, PhantomData<&'de ()>);

impl<'row, 'de: 'row, R: Row<'de>> DeserializeSeed<'de> for CellOf<'row, 'de, R> {
    type Value = Option<Cell<'row, 'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'row, 'de: 'row, R: Row<'de>> Visitor<'_> for CellOf<'row, 'de, R> {
    type Value = Option<Cell<'row, 'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.cell(Key(key)))
    }
}

/// A text that may also be a number, true, false or null; it is copied only if it has escapes.
struct Borrowed;

impl<'de> DeserializeSeed<'de> for Borrowed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Borrowed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, true, false or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if value { "true" } else { "false" }))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }
}

/// A list of such texts. Anything else is an empty list.
struct BorrowedList;

impl<'de> DeserializeSeed<'de> for BorrowedList {
    type Value = Vec<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BorrowedList {
    type Value = Vec<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element_seed(Borrowed)? {
            texts.push(text);
        }
        Ok(texts)
    }

    fn visit_str<E>(self, list: &str) -> Result<Self::Value, E> {
        let texts: Vec<String> = serde_json::from_str(list).unwrap_or_default();
        Ok(texts.into_iter().map(Cow::Owned).collect())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}
