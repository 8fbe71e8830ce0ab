//! The products of a machine, and the updates that it misses at first.

use std::sync::Arc;

use super::{
    catalogue::{MONTHS, Update},
    model::Model,
};
use crate::domain::kb::MissingKb;

pub(super) fn products(model: &Model, random: &mut fastrand::Rng) -> Vec<&'static str> {
    let extras = model.extras.iter().filter(|_| random.u32(..10) < 4);
    let extras = extras.filter(|extra| !model.products.contains(extra));
    model.products.iter().chain(extras).copied().collect()
}

/// Everything since the month in which the machine was last patched, and now and then an
/// older update that failed to install.
pub(super) fn missing(
    model: &Model,
    products: &[&str],
    updates: &[Update],
    random: &mut fastrand::Rng,
) -> Vec<MissingKb> {
    let behind = months_behind(random);
    let mut missing: Vec<_> = updates
        .iter()
        .filter(|update| products.contains(&&*update.scopes[0].0))
        .filter(|update| {
            let failed = random.u32(..100) < 2;
            behind > 0 && (update.age < behind || failed)
        })
        .map(|update| described_for(model, products, update))
        .collect();
    missing.sort_by(|one, other| one.id.cmp(&other.id));
    missing
}

/// Months since the machine was last patched: a fifth are up to date, a few were forgotten.
fn months_behind(random: &mut fastrand::Rng) -> u32 {
    match random.u32(..100) {
        ..20 => 0,
        20..55 => 1,
        55..75 => 2,
        75..88 => 3,
        88..97 => random.u32(4..7),
        _ => MONTHS,
    }
}

/// The update as the service describes it for one machine: only with products that the
/// machine has.
pub(super) fn described_for(model: &Model, products: &[&str], update: &Update) -> MissingKb {
    let here = || {
        let scopes = update.scopes.iter();
        scopes.filter(|(product, _)| products.contains(&&**product))
    };
    let mut products: Vec<Arc<str>> = here().map(|(product, _)| Arc::clone(product)).collect();
    products.sort();
    MissingKb {
        id: update.id.clone(),
        name: Some(Arc::clone(&update.name)),
        products,
        url: Some(Arc::clone(&update.url)),
        machine_missed_on: Some(1),
        cve_addressed: here().map(|(_, cves)| cves).sum(),
        os_build: Some(model.build.into()),
        unreadable: Box::default(),
    }
}
