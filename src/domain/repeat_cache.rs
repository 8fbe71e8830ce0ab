//! A cache of values whose keys occur repeatedly.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use foldhash::fast::RandomState;

/// The maximum total size of all keys: 8 MB.
const MAX_BYTES: usize = 8 << 20;

/// Longer keys are not cached: in a large fleet they are rare.
const MAX_KEY_LENGTH: usize = 64 << 10;

/// The maximum number of hashes of keys that occurred.
const MAX_SEEN: usize = 1 << 16;

/// Values by key. A value is cached when its key occurs for the second time, so keys that occur only once take no
/// space.
#[derive(Debug)]
pub(crate) struct RepeatCache<V> {
    values: HashMap<Box<[u8]>, V, RandomState>,
    bytes: usize,
    /// The hashes of keys that occurred. If two keys share one, the second is cached too early.
    seen: HashSet<u64, RandomState>,
}

impl<V> Default for RepeatCache<V> {
    fn default() -> Self {
        Self {
            values: HashMap::default(),
            bytes: 0,
            seen: HashSet::default(),
        }
    }
}

impl<V: Clone> RepeatCache<V> {
    /// The cached value of this key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&V> {
        self.values.get(key)
    }

    /// Records that a key that is not cached occurred, with its value.
    pub(crate) fn record(&mut self, key: &[u8], value: &V) {
        if key.len() > MAX_KEY_LENGTH {
            return;
        }
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        if !self.seen.insert(self.values.hasher().hash_one(key)) {
            self.insert(key, value);
        }
    }

    fn insert(&mut self, key: &[u8], value: &V) {
        if self.bytes + key.len() > MAX_BYTES {
            self.values.clear();
            self.bytes = 0;
        }
        if self.values.insert(key.into(), value.clone()).is_none() {
            self.bytes += key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_recorded_twice_is_cached() {
        let mut repeat_cache = RepeatCache::default();
        for values in [None, None, Some(&7)] {
            assert_eq!(repeat_cache.get(b"a key"), values);
            repeat_cache.record(b"a key", &7);
        }
        assert_eq!(repeat_cache.get(b"another"), None);
        assert_eq!(repeat_cache.bytes, b"a key".len());
    }

    #[test]
    fn memory_stays_bounded() {
        let mut repeat_cache = RepeatCache::default();
        let long = vec![b' '; MAX_KEY_LENGTH + 1];
        for _ in 0..2 {
            repeat_cache.record(&long, &());
            for number in 0..=MAX_SEEN {
                repeat_cache.record(&number.to_le_bytes(), &());
            }
        }
        assert!(
            repeat_cache.values.len() <= 2,
            "{}",
            repeat_cache.values.len()
        );
        assert!(repeat_cache.seen.len() <= MAX_SEEN);
        for number in 0..200_u8 {
            let key = vec![number; MAX_KEY_LENGTH];
            repeat_cache.record(&key, &());
            repeat_cache.record(&key, &());
        }
        assert!(repeat_cache.bytes <= MAX_BYTES);
        assert!(!repeat_cache.values.is_empty());
    }
}
