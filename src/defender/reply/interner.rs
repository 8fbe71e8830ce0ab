//! Interns texts and answers that repeat across machines.
//!
//! A fleet misses the same few thousand KBs, and the service describes each of them with the same
//! text. So an item of an answer is parsed only when its text is new, and every later item with
//! that text shares the description. Machines with the same patch level get the same answer, byte
//! for byte, which is also parsed only once.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use serde::de::Error;
use serde_json::value::RawValue;

use super::{distinct_kbs::DistinctKbs, dto::missing_kb};
use crate::domain::{
    kb::{MissingKb, MissingKbs},
    repeat_cache::RepeatCache,
};

/// Maximum number of texts remembered. Beyond that the interner is emptied, so that memory stays
/// bounded even if every machine gets a different answer.
const MAX_TEXTS: usize = 1 << 15;

/// Longer texts are parsed each time: they are not KB descriptions, and would only fill memory.
const MAX_TEXT_BYTES: usize = 4096;

/// Maximum number of bytes of remembered texts, for the same reason.
const MOST_BYTES: usize = 8 << 20;

/// Maximum size of an item in bytes; a larger one is not an item.
const LONGEST_ITEM: usize = 1 << 20;

/// Maximum memory in bytes for the descriptions of one reply: twice the text size of the largest
/// plausible reply.
const MOST_WEIGHT: usize = 96 << 20;

/// Descriptions and answers, keyed by the text they were parsed from.
#[derive(Debug, Default)]
pub struct Interner {
    kbs: Mutex<SharedKbs>,
    answers: Mutex<RepeatCache<MissingKbs>>,
}

/// Descriptions, keyed by their text.
#[derive(Debug, Default)]
struct SharedKbs {
    by_text: HashMap<Box<str>, Arc<MissingKb>, RandomState>,
    /// The size of all texts.
    bytes: usize,
    /// The KBs of all answers so far.
    distinct: DistinctKbs,
}

impl Interner {
    /// The content of a body that was seen before.
    pub(super) fn answer(&self, body: &[u8]) -> Option<MissingKbs> {
        self.answers.lock().get(body).cloned()
    }

    /// Remembers the content of a body, if the body was seen before.
    pub(super) fn remember(&self, body: &[u8], missing: &MissingKbs) {
        self.answers.lock().record(body, missing);
    }

    /// Parses the descriptions in these items; returns the error of the first invalid one.
    pub(super) fn read(
        &self,
        items: &[&RawValue],
    ) -> Result<Vec<Arc<MissingKb>>, serde_json::Error> {
        let mut shared = self.kbs.lock();
        let mut weight = 0;
        let mut read = Vec::with_capacity(items.len());
        for item in items {
            read.push(shared.look_up(item, &mut weight)?);
            if weight > MOST_WEIGHT {
                return Err(Error::custom("more than fits into memory"));
            }
        }
        if shared.distinct.add(&read) {
            Ok(read)
        } else {
            Err(Error::custom("more different KBs than a run can hold"))
        }
    }
}

impl SharedKbs {
    /// The description in this item. A new one adds to `weight`.
    fn look_up(
        &mut self,
        text: &RawValue,
        weight: &mut usize,
    ) -> Result<Arc<MissingKb>, serde_json::Error> {
        if let Some(shared) = self.by_text.get(text.get()) {
            return Ok(Arc::clone(shared));
        }
        if text.get().len() > LONGEST_ITEM {
            return Err(Error::custom("an item is longer than 1 MiB"));
        }
        let kb = Arc::new(missing_kb(text)?);
        *weight += kb.weight();
        self.remember(text.get(), &kb);
        Ok(kb)
    }

    fn remember(&mut self, text: &str, kb: &Arc<MissingKb>) {
        if text.len() > MAX_TEXT_BYTES {
            return;
        }
        if self.by_text.len() >= MAX_TEXTS || self.bytes + text.len() > MOST_BYTES {
            self.by_text.clear();
            self.bytes = 0;
        }
        self.bytes += text.len();
        self.by_text.insert(text.into(), Arc::clone(kb));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(interner: &Interner, text: &str) -> Result<Arc<MissingKb>, serde_json::Error> {
        let text: Box<RawValue> = serde_json::from_str(text).unwrap();
        interner.read(&[&text]).map(|mut read| read.remove(0))
    }

    #[test]
    fn equal_items_share_one_value() {
        let interner = Interner::default();
        let first = read(&interner, r#"{"id":"1","cveAddressed":7}"#).unwrap();
        let again = read(&interner, r#"{"id":"1","cveAddressed":7}"#).unwrap();
        let other = read(&interner, r#"{"id":"1","cveAddressed":8}"#).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!((first.cve_addressed, other.cve_addressed), (7, 8));
    }

    #[test]
    fn invalid_item_is_not_cached() {
        let interner = Interner::default();
        for _ in 0..2 {
            assert!(read(&interner, "[1]").is_err());
        }
    }

    #[test]
    fn memory_stays_bounded() {
        let interner = Interner::default();
        let long = format!(r#"{{"id":"1","name":"{}"}}"#, "n".repeat(MAX_TEXT_BYTES));
        read(&interner, &long).unwrap();
        assert!(interner.kbs.lock().by_text.is_empty());
        for number in 0..=MAX_TEXTS {
            read(&interner, &format!(r#"{{"id":"{number}"}}"#)).unwrap();
        }
        assert_eq!(interner.kbs.lock().by_text.len(), 1);
        for number in 0..=MOST_BYTES / 4000 {
            let long = format!(r#"{{"id":"{number}","name":"{}"}}"#, "n".repeat(4000));
            read(&interner, &long).unwrap();
        }
        assert!(interner.kbs.lock().bytes <= MOST_BYTES);
    }

    #[test]
    fn oversized_items_are_rejected() {
        let interner = Interner::default();
        let long = |bytes| format!(r#"{{"id":"1","name":"{}"}}"#, "n".repeat(bytes));
        assert!(read(&interner, &long(LONGEST_ITEM - 30)).is_ok());
        assert!(read(&interner, &long(LONGEST_ITEM)).is_err());
        let item: Box<RawValue> = serde_json::from_str(&long(LONGEST_ITEM - 30)).unwrap();
        assert!(interner.read(&vec![&*item; 90]).is_ok());
        assert!(interner.read(&vec![&*item; 97]).is_err());
    }
}
