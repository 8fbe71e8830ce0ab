//! Parses one page of an answer from the body of a reply.
//!
//! Tolerant of odd formats of a field, strict about bodies that are not answers: a body without a
//! `value` never means that no KBs are missing.

use serde::{Deserialize, de::IgnoredAny};
use thiserror::Error;

use super::{
    dto::RawItems,
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
        let page: PageBody<RawItems<'_>> = page(body)?;
        Ok(Self {
            missing: interner.read(&page.items.0)?.into(),
            next: page.next,
        })
    }
}

impl From<AnswerBody> for PageBody<MissingKbs> {
    fn from(answer: AnswerBody) -> Self {
        Self {
            items: answer.missing,
            next: answer.next,
        }
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

/// The JSON of a page of any list.
#[derive(Deserialize)]
struct PageDto<T> {
    value: Option<T>,
    error: Option<IgnoredAny>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Text,
}

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::defender) struct PageBody<T> {
    pub(in crate::defender) items: T,
    /// The link to the next page, if there is one.
    pub(in crate::defender) next: Option<String>,
}

impl<T> PageBody<T> {
    /// The page with other items.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> PageBody<U> {
        PageBody {
            items: change(self.items),
            next: self.next,
        }
    }
}

/// Parses a page of a list. A body without a `value` never means that there are no items.
pub(super) fn page<'body, T: Deserialize<'body>>(
    body: &'body [u8],
) -> Result<PageBody<T>, NoAnswer> {
    let page: PageDto<T> = value(body)?;
    if page.error.is_some() {
        return Err(NoAnswer::Error);
    }
    Ok(PageBody {
        items: page.value.ok_or(NoAnswer::NoValue)?,
        next: page.next.filled(),
    })
}

#[cfg(test)]
mod tests;
