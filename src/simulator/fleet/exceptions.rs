//! Machines whose answers do not follow from the versions of their software.

use std::sync::Arc;

use super::{catalogue::Catalogue, installed::Installed, machine::ProductVersion};
use crate::{domain::kb::MissingKb, simulator::faults::Exceptions};

/// The missing updates of the machine with this number, if it is an exception.
pub(super) fn missing_instead(
    exceptions: Exceptions,
    random: &mut fastrand::Rng,
    installed: Installed,
    catalogue: &Catalogue,
) -> Option<Vec<MissingKb>> {
    let half_installed = random.f64() < exceptions.half_installed;
    let installed = Some(installed).filter(|it| it.model.is_supported())?;
    if exceptions.random_answers {
        return Some(any(installed, catalogue, random));
    }
    half_installed.then(|| changed(installed, catalogue, random))
}

/// Versions that no other machine has: the machine's number is part of that of Windows.
pub(super) fn versions_of_its_own(
    products: &[ProductVersion],
    number: u64,
) -> Arc<[ProductVersion]> {
    let products = products.iter().enumerate().map(|(place, product)| {
        let mut product = product.clone();
        if place == 0 {
            product.version = format!("{}{number:06}", product.version);
        }
        product
    });
    products.collect()
}

/// Any of the updates for its products.
fn any(installed: Installed, catalogue: &Catalogue, random: &mut fastrand::Rng) -> Vec<MissingKb> {
    let nothing = Installed {
        levels: [0; _],
        ..installed
    };
    let mut missing = nothing.missing(catalogue);
    missing.retain(|_| random.u32(..8) == 0);
    missing
}

/// One missing update less, or an installed one in addition.
fn changed(
    installed: Installed,
    catalogue: &Catalogue,
    random: &mut fastrand::Rng,
) -> Vec<MissingKb> {
    let mut missing = installed.missing(catalogue);
    let contained = installed.families(catalogue).filter_map(|family| {
        let series = &catalogue.series[family];
        let newest = installed.levels[family].checked_sub(1)?;
        series
            .updates
            .get(newest)
            .filter(|_| !series.is_withdrawn(newest))
    });
    let contained = random.choice(contained.collect::<Vec<_>>());
    if let Some(update) = contained
        && (missing.is_empty() || random.bool())
    {
        let update = installed.described(update);
        let place = missing.partition_point(|it| it.id < update.id);
        missing.insert(place, update);
    } else if !missing.is_empty() {
        missing.remove(random.usize(..missing.len()));
    }
    missing
}
