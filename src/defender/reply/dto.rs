//! The JSON of answers and errors, field by field.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::lenient::{Count, Object, Text, Texts};
use crate::domain::kb::{KbId, MissingKb};

/// Maximum number of items read from one reply. An item may be as short as two bytes, but uses a
/// hundred in memory.
const MOST_ITEMS: usize = 400_000;

/// The service's error body.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ServiceError {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) target: Option<String>,
}

/// The raw items of an answer.
pub(super) struct RawItems<'body>(pub(super) Vec<&'body RawValue>);

struct RawItemsVisitor<'body>(PhantomData<&'body ()>);

impl<'body, 'de: 'body> Visitor<'de> for RawItemsVisitor<'body> {
    type Value = RawItems<'body>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of missing KBs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawItems<'body>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() >= MOST_ITEMS {
                return Err(Error::custom("the list is longer than any machine's"));
            }
            items.push(item);
        }
        Ok(RawItems(items))
    }
}

impl<'body, 'de: 'body> Deserialize<'de> for RawItems<'body> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RawItemsVisitor(PhantomData))
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct KbDto {
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

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorFields {
    code: Text,
    message: Text,
    target: Text,
}

/// Parses the description in one item of an answer.
pub(super) fn missing_kb(text: &RawValue) -> Result<MissingKb, serde_json::Error> {
    let Object(item) = serde_json::from_str::<Object<KbDto>>(text.get())?;
    Ok(item.into())
}

impl From<KbDto> for MissingKb {
    fn from(item: KbDto) -> Self {
        let mut products: Vec<_> = item.products_names.0.into_iter().map(Into::into).collect();
        products.sort();
        products.dedup();
        let named = |name, value: Option<Arc<str>>| Some(format!("{name}: {}", value?).into());
        // Ordered by field name.
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
            cves: None,
            unreadable,
        }
    }
}

impl ServiceError {
    /// Whether this is the service's own error envelope: an error without a code comes from
    /// elsewhere.
    pub(super) fn is_envelope(&self) -> bool {
        self.code.is_some()
    }

    /// Parses an error body; any other body gives an empty error. A damaged character does not
    /// affect the other fields.
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
