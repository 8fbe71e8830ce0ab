//! The contents of cells: JSON lists, words and times. They may have been edited by hand.

use std::{borrow::Cow, error::Error, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Result, Row, RowIndex, types::FromSqlError};
use serde::{Deserialize, Serialize, Serializer};

/// A string in a list, borrowed from the cell unless it contains escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'row>(#[serde(borrow)] Cow<'row, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A value as the JSON text of a cell.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Writes a list as the JSON text of a cell, replacing the contents of `text`.
pub(crate) fn write_list(
    list: impl IntoIterator<Item: Serialize>,
    text: &mut Vec<u8>,
) -> Result<()> {
    text.clear();
    serde_json::Serializer::new(text)
        .collect_seq(list)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The value of a cell with JSON text.
pub(crate) fn from_json<'row, T: Deserialize<'row>>(
    row: &'row Row<'_>,
    column: impl RowIndex,
) -> Result<T> {
    parse_json(row.get_ref(column)?.as_str()?)
}

/// The value of a JSON text.
pub(crate) fn parse_json<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T> {
    Ok(serde_json::from_str(text).map_err(unreadable)?)
}

/// Parses a word or an id.
pub(crate) fn parse<T: FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> Result<T> {
    Ok(text.parse().map_err(unreadable)?)
}

fn unreadable(error: impl Error + Send + Sync + 'static) -> FromSqlError {
    FromSqlError::Other(Box::new(error))
}

/// A time as milliseconds since 1970.
pub(crate) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time from milliseconds since 1970. A value out of range becomes the earliest time, so that it counts as
/// old.
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN)
}
