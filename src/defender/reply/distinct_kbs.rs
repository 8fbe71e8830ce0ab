//! The distinct KBs that a run has received so far. Figures and reports hold each of them in
//! memory, so their total is limited: far more than Microsoft has ever released, and small enough
//! for the memory that a run may use.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
    sync::Arc,
};

use foldhash::fast::RandomState;

use crate::domain::kb::MissingKb;

/// Memory in bytes of one KB in figures and reports, without its texts; measured with 390,000 KBs.
const PER_KB: usize = 1200;
/// Memory in bytes of one product of a KB, without its name.
const PER_PRODUCT: usize = 80;
/// The number of copies of a text in memory while answers are stored and reports written.
const COPIES: usize = 6;
/// Memory limit in bytes for all KBs: 100,000 KBs with short texts.
const MAX_BYTES: usize = 120 << 20;

/// KBs and products, stored as hashes: two with the same hash are counted once, which is harmless.
#[derive(Debug, Default)]
pub(super) struct DistinctKbs {
    hasher: RandomState,
    /// The length of each KB's longest texts so far.
    kbs: HashMap<u64, usize, RandomState>,
    products: HashSet<u64, RandomState>,
    bytes: usize,
}

impl DistinctKbs {
    /// Adds the KBs of an answer. Returns whether the new ones fit; if not, nothing is added, so
    /// that one machine does not use up the room for others.
    pub(super) fn add(&mut self, answer: &[Arc<MissingKb>]) -> bool {
        let mut new = Self::default();
        for kb in answer {
            self.add_kb(kb, &mut new);
            self.add_products(kb, &mut new);
            if self.bytes + new.bytes > MAX_BYTES {
                return false;
            }
        }
        self.kbs.extend(new.kbs);
        self.products.extend(new.products);
        self.bytes += new.bytes;
        true
    }

    fn add_kb(&self, kb: &MissingKb, new: &mut Self) {
        let hash = self.hasher.hash_one(&kb.id);
        let texts = [&kb.name, &kb.url].into_iter().flatten();
        let length = kb.id.as_str().len() + texts.map(|it| it.len()).sum::<usize>();
        let known = new.kbs.get(&hash).or_else(|| self.kbs.get(&hash));
        let more = match known {
            None => PER_KB + COPIES * length,
            Some(known) if length > *known => COPIES * (length - known),
            Some(_) => return,
        };
        new.bytes += more;
        new.kbs.insert(hash, length);
    }

    fn add_products(&self, kb: &MissingKb, new: &mut Self) {
        for product in &kb.products {
            let hash = self.hasher.hash_one((&kb.id, product));
            if !self.products.contains(&hash) && new.products.insert(hash) {
                new.bytes += PER_PRODUCT + COPIES * product.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kb::KbId;

    fn kb(number: usize, name: usize, product: &str) -> Arc<MissingKb> {
        Arc::new(MissingKb {
            id: KbId::new(&number.to_string()),
            name: Some("n".repeat(name).into()),
            products: vec![product.into()],
            url: None,
            machine_missed_on: None,
            cve_addressed: 1,
            os_build: None,
            cves: None,
            unreadable: Box::default(),
        })
    }

    fn many(range: std::ops::Range<usize>) -> Vec<Arc<MissingKb>> {
        range.map(|number| kb(number, 10, "windows_11")).collect()
    }

    #[test]
    fn known_kbs_take_no_more_memory() {
        let mut distinct = DistinctKbs::default();
        for _ in 0..100 {
            assert!(distinct.add(&many(0..5000)));
        }
        assert_eq!(distinct.kbs.len(), 5000);
    }

    #[test]
    fn answer_over_the_limit_is_rejected_and_takes_no_memory() {
        let mut distinct = DistinctKbs::default();
        assert!(distinct.add(&many(0..50_000)));
        let bytes = distinct.bytes;
        assert!(!distinct.add(&many(50_000..150_000)));
        assert_eq!((distinct.bytes, distinct.kbs.len()), (bytes, 50_000));
        assert!(distinct.add(&many(0..50_500)), "others still fit");
    }

    #[test]
    fn longer_texts_and_new_products_take_memory() {
        let mut distinct = DistinctKbs::default();
        let fits = |distinct: &mut DistinctKbs, name, product: &str| {
            let answer: Vec<_> = (0..1000).map(|it| kb(it, name, product)).collect();
            distinct.add(&answer)
        };
        assert!(fits(&mut distinct, 10, "edge"));
        assert!(fits(&mut distinct, 5000, "edge"));
        assert!(!fits(&mut distinct, 30_000, "edge"));
        assert!(fits(&mut distinct, 5000, &"p".repeat(5000)));
        assert!(!fits(&mut distinct, 5000, &"q".repeat(15_000)));
    }
}
