//! The rows about one update on one machine.

use crate::domain::{cve::CveId, texts::Texts};

/// A list is freed of duplicates before it grows beyond this many.
const FEW: usize = 64;

/// What rows say about one update on one machine. All numbers are those of texts.
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
        if self.cves.len() == self.cves.capacity() && self.cves.len() >= FEW {
            self.cves.sort_unstable();
            self.cves.dedup();
        }
        if self.cves.last() != Some(&cve) {
            self.cves.push(cve);
        }
    }

    /// Adds what other rows say about the same update on the same machine. Of two texts the smaller one
    /// counts, so that the order of the rows does not.
    pub(super) fn merge(&mut self, other: &Self, texts: &Texts) {
        self.name = smaller(self.name, other.name, texts);
        self.url = smaller(self.url, other.url, texts);
        self.os_build = smaller(self.os_build, other.os_build, texts);
        other.products.iter().for_each(|it| self.add_product(*it));
        other.cves.iter().for_each(|it| self.add_cve(*it));
    }

    /// Sorts it, without duplicates.
    pub(super) fn tidy(&mut self) {
        self.products.sort_unstable();
        self.products.dedup();
        self.cves.sort_unstable();
        self.cves.dedup();
        self.cves.shrink_to_fit();
    }
}

/// The smaller of two texts; an empty one is none.
pub(super) fn smaller(one: u32, other: u32, texts: &Texts) -> u32 {
    if one == other {
        return one;
    }
    let rank = |number: &u32| (texts.text(*number).is_empty(), texts.text(*number));
    [one, other]
        .into_iter()
        .min_by(|one, other| rank(one).cmp(&rank(other)))
        .unwrap_or(one)
}
