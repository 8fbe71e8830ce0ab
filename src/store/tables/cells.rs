//! What cells hold: lists as JSON, words, times. What is read may have been edited.

use std::{borrow::Cow, error::Error, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Result, Row, types::FromSqlError};
use serde::{Deserialize, Serialize, Serializer};

/// A text in a list, left where it stands as far as it stands there letter by letter.
#[derive(Deserialize)]
pub(crate) struct Text<'row>(#[serde(borrow)] Cow<'row, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The text of a cell for this value.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Writes the text of a cell for a list to where another was.
pub(crate) fn write_list(
    list: impl IntoIterator<Item: Serialize>,
    text: &mut Vec<u8>,
) -> Result<()> {
    text.clear();
    serde_json::Serializer::new(text)
        .collect_seq(list)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The value in a cell.
pub(crate) fn from_json<'row, T: Deserialize<'row>>(
    row: &'row Row<'_>,
    column: usize,
) -> Result<T> {
    parse_json(row.get_ref(column)?.as_str()?)
}

/// The value in the text of a cell.
pub(crate) fn parse_json<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T> {
    Ok(serde_json::from_str(text).map_err(unreadable)?)
}

/// A word or an id.
pub(crate) fn parse<T: FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> Result<T> {
    Ok(text.parse().map_err(unreadable)?)
}

fn unreadable(error: impl Error + Send + Sync + 'static) -> FromSqlError {
    FromSqlError::Other(Box::new(error))
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time that was written as milliseconds. One that no calendar has is the earliest there
/// is: whatever it dates is old.
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN)
}
