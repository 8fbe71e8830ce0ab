//! What the service says again and again, kept once.
//!
//! A fleet misses the same few thousand KBs over and over, and the service describes each of
//! them in the same words: an item of an answer is read when its text is new, and every later
//! one of that text is the same description. And machines that are patched alike are given the
//! same answer, byte for byte: that one is read once, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;
use serde_json::value::RawValue;

use super::wire::item;
use crate::{
    kb::{MissingKb, MissingKbs},
    repeated::Repeated,
};

/// Texts that are remembered; beyond that it begins anew, so that memory stays bounded where
/// no two machines are told the same.
const MOST: usize = 1 << 15;

/// Longer texts are read each time: they are no KB's description, and would only fill memory.
const LONGEST: usize = 4096;

/// Descriptions by the text that they were read from, and answers by theirs.
#[derive(Debug, Default)]
pub struct Vocabulary {
    texts: Mutex<Texts>,
    answers: Mutex<Repeated<MissingKbs>>,
}

type Texts = HashMap<Box<str>, Arc<MissingKb>, RandomState>;

impl Vocabulary {
    /// What a body lists, if it is known.
    pub(super) fn answer(&self, body: &[u8]) -> Option<MissingKbs> {
        held(&self.answers).get(body).cloned()
    }

    /// Remembers what a body lists, if it came before.
    pub(super) fn remember(&self, body: &[u8], missing: &MissingKbs) {
        held(&self.answers).note(body, missing);
    }

    /// The descriptions in these items, or what is wrong with the first that is none.
    pub(super) fn read(
        &self,
        items: &[&RawValue],
    ) -> Result<Vec<Arc<MissingKb>>, serde_json::Error> {
        let mut texts = held(&self.texts);
        items.iter().map(|it| look_up(&mut texts, it)).collect()
    }
}

/// Never held across an await; what a panic left behind is still consistent.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn look_up(texts: &mut Texts, text: &RawValue) -> Result<Arc<MissingKb>, serde_json::Error> {
    if let Some(known) = texts.get(text.get()) {
        return Ok(Arc::clone(known));
    }
    let kb = Arc::new(item(text)?);
    if text.get().len() <= LONGEST {
        if texts.len() >= MOST {
            texts.clear();
        }
        texts.insert(text.get().into(), Arc::clone(&kb));
    }
    Ok(kb)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vocabulary: &Vocabulary, text: &str) -> Result<Arc<MissingKb>, serde_json::Error> {
        let text: Box<RawValue> = serde_json::from_str(text).unwrap();
        vocabulary.read(&[&text]).map(|mut read| read.remove(0))
    }

    #[test]
    fn the_same_text_is_the_same_description() {
        let vocabulary = Vocabulary::default();
        let first = read(&vocabulary, r#"{"id":"1","cveAddressed":7}"#).unwrap();
        let again = read(&vocabulary, r#"{"id":"1","cveAddressed":7}"#).unwrap();
        let other = read(&vocabulary, r#"{"id":"1","cveAddressed":8}"#).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!((first.cve_addressed, other.cve_addressed), (7, 8));
    }

    #[test]
    fn what_is_no_item_is_not_remembered() {
        let vocabulary = Vocabulary::default();
        for _ in 0..2 {
            assert!(read(&vocabulary, "[1]").is_err());
        }
    }

    #[test]
    fn memory_stays_bounded() {
        let vocabulary = Vocabulary::default();
        let long = format!(r#"{{"id":"1","name":"{}"}}"#, "n".repeat(LONGEST));
        read(&vocabulary, &long).unwrap();
        assert!(held(&vocabulary.texts).is_empty());
        for number in 0..=MOST {
            read(&vocabulary, &format!(r#"{{"id":"{number}"}}"#)).unwrap();
        }
        assert_eq!(held(&vocabulary.texts).len(), 1);
    }
}
