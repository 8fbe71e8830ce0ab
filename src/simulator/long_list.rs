//! A JSON document with a list that is too long to be held: it is made while it is sent.

use std::{iter, mem};

/// The size of the chunks in bytes.
const CHUNK_BYTES: usize = 256 * 1024;

/// The part of the document that is made and not sent yet.
pub(super) struct LongList {
    bytes: Vec<u8>,
    is_first_item: bool,
}

impl LongList {
    /// The document in chunks: it begins with `head`, and `more` adds to it until it returns false.
    pub(super) fn chunks(
        head: String,
        mut more: impl FnMut(&mut Self) -> bool,
    ) -> impl Iterator<Item = Vec<u8>> {
        let mut list = Self {
            bytes: head.into_bytes(),
            is_first_item: true,
        };
        let mut has_more = true;
        iter::from_fn(move || {
            while has_more && list.bytes.len() < CHUNK_BYTES {
                has_more = more(&mut list);
            }
            Some(mem::take(&mut list.bytes)).filter(|chunk| !chunk.is_empty())
        })
    }

    /// Adds an item to the list.
    pub(super) fn push(&mut self, item: &[u8]) {
        if !mem::take(&mut self.is_first_item) {
            self.bytes.push(b',');
        }
        self.bytes.extend(item);
    }

    /// Adds what comes after the list.
    pub(super) fn end(&mut self, text: &str) {
        self.bytes.extend(text.as_bytes());
    }
}
