//! Deserialises the values of the file: texts go through the parsers of the flags, and every error
//! names the allowed values.

use std::{fmt, marker::PhantomData, path::PathBuf, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::{Text, Whole};

/// Parses a value from the text that the flag takes.
pub(in crate::config) fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    deserializer
        .deserialize_any(FromText(PhantomData))
        .map(Some)
}

/// Deserialises a path; an empty one becomes `None`.
pub(in crate::config) fn path<'de, D>(deserializer: D) -> Result<Option<PathBuf>, D::Error>
where
    D: Deserializer<'de>,
{
    let text: Option<Text> = from_text(deserializer)?;
    Ok(text.map(|text| PathBuf::from(String::from(text))))
}

/// Deserialises a switch.
pub(in crate::config) fn boolean<'de, D>(deserializer: D) -> Result<Option<bool>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TrueOrFalse).map(Some)
}

/// Deserialises the count of a repeated flag: `verbose = 2`.
pub(in crate::config) fn times<'de, D>(deserializer: D) -> Result<Option<u8>, D::Error>
where
    D: Deserializer<'de>,
{
    Whole::<0, 255>::deserialize(deserializer).map(|number| u8::try_from(number.get()).ok())
}

/// Deserialises a list: one text with commas, as the flag takes it, or an array of texts.
pub(in crate::config) fn list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    deserializer.deserialize_any(List(PhantomData)).map(Some)
}

/// A visitor for a list of texts that parse to a `T` each.
struct List<T>(PhantomData<T>);

impl<'de, T: FromStr<Err: fmt::Display>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string in quotes, or an array of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        let texts = text.split(',').map(str::parse);
        texts.collect::<Result<_, _>>().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Vec<T>, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = array.next_element::<String>()? {
            texts.push(text.parse().map_err(A::Error::custom)?);
        }
        Ok(texts)
    }
}

/// A visitor for quoted text that parses to a `T`.
struct FromText<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> FromText<T> {
    /// The error for a value without quotes: that quotes are missing, or what the option takes if
    /// the value would not be valid in quotes either.
    fn unquoted<E: Error>(found: &impl ToString) -> E {
        let found = found.to_string();
        match found.parse::<T>() {
            Ok(_) => E::custom(format!("strings need quotes: \"{found}\"")),
            Err(error) => E::custom(error),
        }
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Err(Self::unquoted(&number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Err(Self::unquoted(&number))
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<T, E> {
        Err(Self::unquoted(&switch))
    }
}

struct TrueOrFalse;

impl Visitor<'_> for TrueOrFalse {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true or false, without quotes")
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<bool, E> {
        Ok(switch)
    }
}
