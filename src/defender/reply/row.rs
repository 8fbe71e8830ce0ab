//! What the rows of all datasets have in common.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

use super::score::Score;
use crate::domain::machine::MachineId;

/// The maximum length in bytes of a text: a longer one is damage.
pub(super) const LONGEST_TEXT: usize = 1000;
/// The length in bytes of the longest key that is used.
const LONGEST_KEY: usize = "recommendedsecurityupdateurl".len();
/// The part of an unreadable row that is quoted, in characters.
const QUOTED: usize = 60;

/// The beginning of a text from outside, to be quoted.
pub(super) fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..4 * QUOTED).unwrap_or(text));
    let quoted: String = text.chars().take(QUOTED).collect();
    quoted.escape_debug().to_string()
}

/// A row of a dataset, as far as it is used.
pub trait Row<'de>: Default {
    /// Where the value of this key goes, if it is used. Files and pages write keys in different cases;
    /// here they are in lower case.
    fn cell(&mut self, key: &str) -> Option<Cell<'_, 'de>>;
}

/// Where a value goes.
#[derive(Debug)]
pub enum Cell<'row, 'de> {
    /// Any text or number.
    Text(&'row mut Cow<'de, str>),
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
                Some(Cell::Score(tenths)) => *tenths = map.next_value_seed(Score)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Parsed(row))
    }
}

/// Finds where the value of the next key goes, without copying the key.
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
        let mut lower_case = [0; LONGEST_KEY];
        let Some(lower_case) = lower_case.get_mut(..key.len()) else {
            return Ok(None);
        };
        lower_case.copy_from_slice(key.as_bytes());
        lower_case.make_ascii_lowercase();
        Ok(str::from_utf8(lower_case)
            .ok()
            .and_then(|key| self.0.cell(key)))
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
