//! What travels: the bodies of answers and of errors.
//!
//! Tolerant towards every odd form of a field, strict about what is no answer at all: a
//! body without a `value` never means that nothing is missing.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use thiserror::Error;

use super::{
    loose::{Count, Object, Text, Texts},
    vocabulary::Vocabulary,
};
use crate::domain::kb::{KbId, MissingKb, MissingKbs};

/// Items of one reply that are read. An item may be as short as two bytes, and takes a hundred
/// in memory.
const MOST_ITEMS: usize = 400_000;

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerBody {
    /// The missing KBs that it lists.
    pub missing: MissingKbs,
    /// The link under which the answer goes on, if it does.
    pub next: Option<String>,
}

/// A body that is no answer.
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

/// What the service says when it refuses or fails.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ServiceError {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) target: Option<String>,
}

#[derive(Deserialize)]
struct AnswerFields<'body> {
    #[serde(borrow)]
    value: Option<Items<'body>>,
    error: Option<IgnoredAny>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Text,
}

/// The items of an answer, as they came.
struct Items<'body>(Vec<&'body RawValue>);

struct ItemsVisitor<'body>(PhantomData<&'body ()>);

impl<'body, 'de: 'body> Visitor<'de> for ItemsVisitor<'body> {
    type Value = Items<'body>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of missing KBs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'body>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() >= MOST_ITEMS {
                return Err(Error::custom("the list is longer than any machine's"));
            }
            items.push(item);
        }
        Ok(Items(items))
    }
}

impl<'body, 'de: 'body> Deserialize<'de> for Items<'body> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Item {
    id: Text,
    name: Text,
    products_names: Texts,
    url: Text,
    machine_missed_on: Count,
    cve_addressed: Count,
    os_build: Text,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Object<ErrorFields>,
}

#[derive(Deserialize)]
struct ErrorFields {
    #[serde(default)]
    code: Text,
    #[serde(default)]
    message: Text,
    #[serde(default)]
    target: Text,
}

impl AnswerBody {
    /// Reads one page.
    pub fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        Self::read_with(body, &Vocabulary::default())
    }

    /// Reads one page with what earlier ones have told.
    pub fn read_with(body: &[u8], vocabulary: &Vocabulary) -> Result<Self, NoAnswer> {
        if let Some(missing) = vocabulary.answer(body) {
            return Ok(Self {
                missing,
                next: None,
            });
        }
        let answer = Self::read_new(body, vocabulary)?;
        if answer.next.is_none() {
            vocabulary.remember(body, &answer.missing);
        }
        Ok(answer)
    }

    fn read_new(body: &[u8], vocabulary: &Vocabulary) -> Result<Self, NoAnswer> {
        let body = body.trim_ascii();
        match body.first() {
            None => return Err(NoAnswer::Empty),
            Some(b'<') => return Err(NoAnswer::WebPage),
            Some(_) => {}
        }
        let Object(answer) = serde_json::from_slice::<Object<AnswerFields<'_>>>(body)?;
        if answer.error.is_some() {
            return Err(NoAnswer::Error);
        }
        let items = answer.value.ok_or(NoAnswer::NoValue)?;
        Ok(Self {
            missing: vocabulary.read(&items.0)?.into(),
            next: answer.next.filled(),
        })
    }
}

/// The description in one item of an answer.
pub(super) fn item(text: &RawValue) -> Result<MissingKb, serde_json::Error> {
    let Object(item) = serde_json::from_str::<Object<Item>>(text.get())?;
    Ok(item.into())
}

impl From<Item> for MissingKb {
    fn from(item: Item) -> Self {
        let mut products: Vec<_> = item.products_names.0.into_iter().map(Into::into).collect();
        products.sort();
        products.dedup();
        let named = |name, value: Option<Arc<str>>| Some(format!("{name}: {}", value?).into());
        // In the order of their names.
        let unreadable = [
            named("cveAddressed", item.cve_addressed.unreadable),
            named("machineMissedOn", item.machine_missed_on.unreadable),
        ];
        let unreadable = unreadable.into_iter().flatten().collect();
        Self {
            id: KbId::new(&item.id.0.unwrap_or_default()),
            name: item.name.filled().map(Into::into),
            products,
            url: item.url.filled().map(Into::into),
            machine_missed_on: item.machine_missed_on.number,
            cve_addressed: item.cve_addressed.number.unwrap_or(0),
            os_build: item.os_build.filled().map(Into::into),
            unreadable,
        }
    }
}

impl ServiceError {
    /// Whether this is the service's own envelope: what has no code comes from somebody else.
    pub(super) fn is_envelope(&self) -> bool {
        self.code.is_some()
    }

    /// Reads an error's body; whatever is not one says nothing. A letter that is damaged takes
    /// nothing else along.
    pub(super) fn read(body: &[u8]) -> Self {
        let Ok(Object(body)) =
            serde_json::from_str::<Object<ErrorBody>>(&String::from_utf8_lossy(body))
        else {
            return Self::default();
        };
        let Object(error) = body.error;
        Self {
            code: error.code.filled(),
            message: error.message.filled(),
            target: error.target.filled(),
        }
    }
}

#[cfg(test)]
mod tests;
