//! Parses JSON feeds: an error names the line, and escapes in texts are resolved.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error};

use super::{
    cve::real_cve,
    date,
    error::{FeedProblem, Problem},
};
use crate::domain::cve::CveId;

/// Parses a document; `expected` describes it for the user.
pub(super) fn read<'text, T: Deserialize<'text>>(
    text: &'text [u8],
    expected: &'static str,
) -> Result<T, FeedProblem> {
    serde_json::from_slice(text).map_err(|error| {
        let line = error.line() as u64;
        let message = if error.is_eof() {
            format!("it is truncated: {expected} ends too early")
        } else {
            without_place(&error)
        };
        Problem::Json(message).on(line)
    })
}

/// The message without ` at line 3 column 7`, because the line comes first.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// Parses a text after resolving its escapes.
fn parsed<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = Text::deserialize(deserializer)?.0;
    parse(&text).ok_or_else(|| wrong(&text, expected))
}

fn wrong<E: Error>(text: &str, expected: &'static str) -> E {
    let text = text.to_owned();
    E::custom(Problem::Cell { text, expected })
}

/// A text, borrowed unless it contains escapes.
#[derive(Debug, Deserialize)]
pub(super) struct Text<'text>(#[serde(borrow)] pub(super) Cow<'text, str>);

/// The id of a CVE.
pub(super) fn cve<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CveId, D::Error> {
    parsed(deserializer, "the id of a CVE", real_cve)
}

/// A date, with or without a time.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    parsed(deserializer, "a date", date::date)
}

/// A date that may be missing or empty.
pub(super) fn optional_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    let text = Option::<Text<'de>>::deserialize(deserializer)?;
    let text = text.filter(|it| !it.0.trim().is_empty());
    let date = text.map(|it| date::date(&it.0).ok_or_else(|| wrong(&it.0, "a date")));
    date.transpose()
}

/// A list that may be missing or null.
pub(super) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
