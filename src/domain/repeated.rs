//! What comes again and again, kept with what it was made into.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use foldhash::fast::RandomState;

/// Bytes of keys that are remembered, 8 MB.
const MOST_BYTES: usize = 8 << 20;

/// Longer keys are not: it is not by them that a fleet is large.
const LONGEST: usize = 64 << 10;

/// Keys of which it is known that they came.
const MOST_SEEN: usize = 1 << 16;

/// Values by their keys, as far as those come more than once. Where each comes but once, none
/// takes room: a value is remembered when its key comes for the second time.
#[derive(Debug)]
pub(crate) struct Repeated<V> {
    known: HashMap<Box<[u8]>, V, RandomState>,
    bytes: usize,
    /// Hashes of keys that came. When two share one, the second is remembered too early.
    seen: HashSet<u64, RandomState>,
}

impl<V> Default for Repeated<V> {
    fn default() -> Self {
        Self {
            known: HashMap::default(),
            bytes: 0,
            seen: HashSet::default(),
        }
    }
}

impl<V: Clone> Repeated<V> {
    /// What is known by this key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&V> {
        self.known.get(key)
    }

    /// Notes that a key came that is not known, and what was made of it.
    pub(crate) fn note(&mut self, key: &[u8], value: &V) {
        if key.len() > LONGEST {
            return;
        }
        if self.seen.len() >= MOST_SEEN {
            self.seen.clear();
        }
        if !self.seen.insert(self.known.hasher().hash_one(key)) {
            self.remember(key, value);
        }
    }

    fn remember(&mut self, key: &[u8], value: &V) {
        if self.bytes + key.len() > MOST_BYTES {
            self.known.clear();
            self.bytes = 0;
        }
        if self.known.insert(key.into(), value.clone()).is_none() {
            self.bytes += key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_noted_twice_is_cached() {
        let mut repeated = Repeated::default();
        for known in [None, None, Some(&7)] {
            assert_eq!(repeated.get(b"a key"), known);
            repeated.note(b"a key", &7);
        }
        assert_eq!(repeated.get(b"another"), None);
        assert_eq!(repeated.bytes, b"a key".len());
    }

    #[test]
    fn memory_stays_bounded() {
        let mut repeated = Repeated::default();
        let long = vec![b' '; LONGEST + 1];
        for _ in 0..2 {
            repeated.note(&long, &());
            for number in 0..=MOST_SEEN {
                repeated.note(&number.to_le_bytes(), &());
            }
        }
        assert!(repeated.known.len() <= 2, "{}", repeated.known.len());
        assert!(repeated.seen.len() <= MOST_SEEN);
        for number in 0..200_u8 {
            let key = vec![number; LONGEST];
            repeated.note(&key, &());
            repeated.note(&key, &());
        }
        assert!(repeated.bytes <= MOST_BYTES);
        assert!(!repeated.known.is_empty());
    }
}
