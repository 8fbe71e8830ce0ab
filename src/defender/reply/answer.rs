//! One page of an answer, out of the body of a reply.
//!
//! Tolerant towards every odd form of a field, strict about what is not an answer at all: a body
//! without a `value` never means that nothing is missing.

use thiserror::Error;

use super::{dto::AnswerDto, interner::Interner, lenient::Object};
use crate::domain::kb::MissingKbs;

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerBody {
    /// The missing KBs that it lists.
    pub missing: MissingKbs,
    /// The link under which the answer goes on, if it does.
    pub next: Option<String>,
}

/// A body that is not an answer.
#[derive(Debug, Error)]
pub enum NoAnswer {
    /// Nothing at all.
    #[error("the reply is empty")]
    Empty,
    /// A web page, as proxies and gateways send it.
    #[error("the reply is a web page, not JSON (from a proxy on the way?)")]
    WebPage,
    /// JSON of another shape, or none.
    #[error("the reply is not the JSON that the service documents: {0}")]
    Json(#[from] serde_json::Error),
    /// An error under the status of an answer.
    #[error("the reply is an error, though its status says otherwise")]
    Error,
    /// JSON that lists nothing.
    #[error("the reply has no `value`")]
    NoValue,
}

impl AnswerBody {
    /// Reads one page.
    pub fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        Self::read_with(body, &Interner::default())
    }

    /// Reads one page with what earlier ones have brought.
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
        let body = body.trim_ascii();
        match body.first() {
            None => return Err(NoAnswer::Empty),
            Some(b'<') => return Err(NoAnswer::WebPage),
            Some(_) => {}
        }
        let Object(answer) = serde_json::from_slice::<Object<AnswerDto<'_>>>(body)?;
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

#[cfg(test)]
mod tests;
