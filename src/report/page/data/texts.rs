//! Texts that come again and again, each written once.

use std::collections::HashMap;

use serde::{Serialize, Serializer};

#[derive(Default)]
pub(super) struct Texts {
    places: HashMap<String, usize>,
    all: Vec<String>,
}

impl Texts {
    /// The number of a text.
    pub(super) fn place(&mut self, text: String) -> usize {
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        let place = self.all.len();
        self.all.push(text.clone());
        self.places.insert(text, place);
        place
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}
