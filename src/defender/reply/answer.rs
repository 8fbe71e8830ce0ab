//! Parses one page of an answer from the body of a reply.
//!
//! Tolerant of odd formats of a field, strict about bodies that are not answers: a body without a
//! `value` never means that no KBs are missing.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use thiserror::Error;

use super::{
    dto::AnswerDto,
    interner::Interner,
    lenient::{Object, Text},
};
use crate::domain::kb::MissingKbs;

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerBody {
    /// The missing KBs on this page.
    pub missing: MissingKbs,
    /// The link to the next page, if there is one.
    pub next: Option<String>,
}

/// Why a body is not an answer.
#[derive(Debug, Error)]
pub enum NoAnswer {
    /// The body is empty.
    #[error("the reply is empty")]
    Empty,
    /// A web page, as sent by proxies and gateways.
    #[error("the reply is a web page, not JSON (perhaps from a proxy)")]
    WebPage,
    /// Not JSON, or JSON of another shape.
    #[error("the reply is not the JSON that the service documents: {0}")]
    Json(#[from] serde_json::Error),
    /// An error body, though the HTTP status means success.
    #[error("the reply is an error, although its status says otherwise")]
    Error,
    /// JSON without a list.
    #[error("the reply has no `value`")]
    NoValue,
    /// An export without a list of files.
    #[error("the reply has no `exportFiles`")]
    NoFiles,
    /// The answer to a query without rows.
    #[error("the reply has no `results`")]
    NoResults,
}

impl AnswerBody {
    /// Parses one page.
    pub fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        Self::read_with(body, &Interner::default())
    }

    /// Parses one page, reusing descriptions from earlier ones.
    pub fn read_with(body: &[u8], interner: &Interner) -> Result<Self, NoAnswer> {
        if let Some(missing) = interner.answer(body) {
            return Ok(Self {
                missing,
                next: None,
            });
        }
        let answer = Self::read_new(body, interner)?;
        if answer.next.is_none() {
            interner.remember(body, &answer.missing);
        }
        Ok(answer)
    }

    fn read_new(body: &[u8], interner: &Interner) -> Result<Self, NoAnswer> {
        let answer: AnswerDto<'_> = value(body)?;
        if answer.error.is_some() {
            return Err(NoAnswer::Error);
        }
        let items = answer.value.ok_or(NoAnswer::NoValue)?;
        Ok(Self {
            missing: interner.read(&items.0)?.into(),
            next: answer.next.filled(),
        })
    }
}

/// Parses a body as a JSON object.
pub(super) fn value<'body, T: Deserialize<'body>>(body: &'body [u8]) -> Result<T, NoAnswer> {
    let body = body.trim_ascii();
    match body.first() {
        None => return Err(NoAnswer::Empty),
        Some(b'<') => return Err(NoAnswer::WebPage),
        Some(_) => {}
    }
    let Object(value) = serde_json::from_slice(body)?;
    Ok(value)
}

/// A page of a list.
#[derive(Deserialize)]
struct ListDto<T> {
    value: Option<Vec<Object<T>>>,
    error: Option<IgnoredAny>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Text,
}

/// A page of a list.
#[derive(Debug)]
pub(super) struct ListPage<T> {
    pub(super) items: Vec<T>,
    /// The link to the next page, if there is one.
    pub(super) next: Option<String>,
}

/// Parses a page of a list. A body without a `value` never means that there are no items.
pub(super) fn list<T: DeserializeOwned>(body: &[u8]) -> Result<ListPage<T>, NoAnswer> {
    let page: ListDto<T> = value(body)?;
    if page.error.is_some() {
        return Err(NoAnswer::Error);
    }
    let items = page.value.ok_or(NoAnswer::NoValue)?;
    Ok(ListPage {
        items: items.into_iter().map(|it| it.0).collect(),
        next: page.next.filled(),
    })
}

#[cfg(test)]
mod tests;
