//! Interns repeated texts: each is stored once and referred to by a number.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

/// Interned texts, numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    numbers: HashMap<Arc<str>, u32, RandomState>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    /// The number of a text, which is added if it is new.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The text with this number.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// All texts, in the order of their numbers.
    pub(crate) fn all(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// Adds the texts of another list; returns the new number of each, in the order of that list.
    pub(crate) fn merge(&mut self, other: &Self) -> Vec<u32> {
        other.texts.iter().map(|text| self.number(text)).collect()
    }
}
