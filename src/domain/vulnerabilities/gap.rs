//! One update that is missing on one machine, collected from its rows.

use crate::domain::{cve::CveId, distinct::Distinct};

/// Duplicates are removed from a list before it grows beyond this length.
const DEDUPLICATE_AT: usize = 64;

/// The rows about one update on one machine, merged. All numbers refer to interned texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Gap {
    pub(super) kb: u32,
    pub(super) name: u32,
    pub(super) url: u32,
    pub(super) os_build: u32,
    /// May have duplicates until it is [tidied](Self::tidy).
    pub(super) products: Vec<u32>,
    /// May have duplicates until it is [tidied](Self::tidy).
    pub(super) cves: Vec<CveId>,
}

impl Gap {
    pub(super) fn add_product(&mut self, product: u32) {
        if self.products.last() != Some(&product) && !self.products.contains(&product) {
            self.products.push(product);
        }
    }

    pub(super) fn add_cve(&mut self, cve: CveId) {
        if self.cves.len() == self.cves.capacity() && self.cves.len() >= DEDUPLICATE_AT {
            self.cves.sort_unstable();
            self.cves.dedup();
        }
        if self.cves.last() != Some(&cve) {
            self.cves.push(cve);
        }
    }

    /// Merges the rows of another list about the same update on the same machine. The smaller of two texts counts, so
    /// that the order of the rows does not matter.
    pub(super) fn merge(&mut self, other: &Self, texts: &Distinct<str>) {
        self.name = smaller(self.name, other.name, texts);
        self.url = smaller(self.url, other.url, texts);
        self.os_build = smaller(self.os_build, other.os_build, texts);
        other.products.iter().for_each(|it| self.add_product(*it));
        other.cves.iter().for_each(|it| self.add_cve(*it));
    }

    /// Sorts the lists and removes duplicates.
    pub(super) fn tidy(&mut self) {
        self.products.sort_unstable();
        self.products.dedup();
        self.cves.sort_unstable();
        self.cves.dedup();
        self.cves.shrink_to_fit();
    }
}

/// The smaller of two texts; an empty one counts as missing.
pub(super) fn smaller(one: u32, other: u32, texts: &Distinct<str>) -> u32 {
    if one == other {
        return one;
    }
    let rank = |number: &u32| (texts.text(*number).is_empty(), texts.text(*number));
    [one, other]
        .into_iter()
        .min_by(|one, other| rank(one).cmp(&rank(other)))
        .unwrap_or(one)
}
