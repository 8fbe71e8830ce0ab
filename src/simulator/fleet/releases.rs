//! Every update of the tenant with what it replaces and addresses, as its vendor publishes them.

use super::{Fleet, catalogue::calendar_month};
use crate::domain::{
    kb::{KbId, MissingKb},
    release::ReleaseMonth,
};

/// An update as published.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulator) struct Release<'fleet> {
    pub(in crate::simulator) id: &'fleet KbId,
    /// The month, counted from October 2024.
    pub(in crate::simulator) month: u32,
    /// The previous update of the same family.
    pub(in crate::simulator) replaces: Option<&'fleet KbId>,
    /// Products by name, each with the number of its CVEs.
    pub(in crate::simulator) scopes: &'fleet [(&'static str, u64)],
}

/// An update in one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Scope {
    /// The month of the update, counted from October 2024.
    pub(in crate::simulator) month: u32,
    pub(in crate::simulator) product: &'static str,
    /// How many CVEs it addresses there.
    pub(in crate::simulator) cves: u64,
}

impl Release<'_> {
    /// The month in the calendar.
    pub(in crate::simulator) fn calendar_month(&self) -> Option<ReleaseMonth> {
        calendar_month(self.month)
    }
}

impl Fleet {
    /// Every update that was ever released.
    pub(in crate::simulator) fn releases(&self) -> impl Iterator<Item = Release<'_>> {
        self.catalogue.series.iter().flat_map(|series| {
            let before = series.updates.iter().map(|it| Some(&it.id));
            let before = std::iter::once(None).chain(before);
            series
                .updates
                .iter()
                .zip(before)
                .map(|(update, replaces)| Release {
                    id: &update.id,
                    month: update.month,
                    replaces,
                    scopes: &update.scopes,
                })
        })
    }

    /// The update in the products for which a machine misses it.
    pub(in crate::simulator) fn scopes(&self, missing: &MissingKb) -> impl Iterator<Item = Scope> {
        let mut updates = self.catalogue.updates();
        let update = updates.find(|it| it.id == missing.id).into_iter();
        update.flat_map(|update| {
            let here = |product: &str| missing.products.iter().any(|it| **it == *product);
            let scopes = update.scopes.iter();
            let scopes = scopes.filter(move |(product, _)| here(product));
            scopes.map(|&(product, cves)| Scope {
                month: update.month,
                product,
                cves,
            })
        })
    }
}
