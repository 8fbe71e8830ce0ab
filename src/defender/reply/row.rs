//! What the rows of all datasets have in common.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{DeserializeSeed, Deserializer, Visitor};

/// The maximum length in bytes of a text: a longer one is damage.
pub(super) const LONGEST_TEXT: usize = 1000;
/// The part of an unreadable row that is quoted, in characters.
const QUOTED: usize = 60;

/// The beginning of a text from outside, to be quoted.
pub(super) fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..4 * QUOTED).unwrap_or(text));
    let quoted: String = text.chars().take(QUOTED).collect();
    quoted.escape_debug().to_string()
}

/// A key of a row; a key that is not used is one of them, too. Files and pages write keys in different
/// cases.
pub(super) trait Key: Sized {
    /// The key that this text is.
    fn of(text: &str) -> Self;
}

/// Reads a key without copying it.
pub(super) struct KeySeed<K>(PhantomData<K>);

impl<K> KeySeed<K> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, K: Key> DeserializeSeed<'de> for KeySeed<K> {
    type Value = K;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<K: Key> Visitor<'_> for KeySeed<K> {
    type Value = K;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<K, E> {
        Ok(K::of(text))
    }
}

/// A text that may also be a number, true, false or null; it is copied only if it has escapes.
pub(super) struct Borrowed;

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
