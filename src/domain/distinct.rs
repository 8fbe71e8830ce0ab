//! Repeated values: each is stored once and referred to by a number.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Arc};

use foldhash::fast::RandomState;

/// Distinct values, numbered from 0.
#[derive(Debug)]
pub(crate) struct Distinct<T: ?Sized> {
    numbers: HashMap<Arc<T>, u32, RandomState>,
    values: Vec<Arc<T>>,
}

impl<T: ?Sized> Default for Distinct<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::default(),
            values: Vec::new(),
        }
    }
}

impl<T: ?Sized + Hash + Eq> Distinct<T> {
    /// The number of a value, which is added if it is new.
    pub(crate) fn number(&mut self, value: impl Borrow<T> + Into<Arc<T>>) -> u32 {
        if let Some(number) = self.numbers.get(value.borrow()) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = value.into();
        self.values.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }

    /// All values, in the order of their numbers.
    pub(crate) fn values(&self) -> &[Arc<T>] {
        &self.values
    }
}

impl Distinct<str> {
    /// The text with this number.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.values.get(number as usize).map_or("", |text| text)
    }

    /// Adds the texts of another list; returns the new number of each, in the order of that list.
    pub(crate) fn merge(&mut self, other: &Self) -> Vec<u32> {
        let texts = other.values.iter();
        texts.map(|text| self.number(&**text)).collect()
    }
}
