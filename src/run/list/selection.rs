//! The selection of machines, from the configuration.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::input::ListInput;
use crate::{
    config::MachineFilters,
    domain::{machine::MachineId, text::span},
    inventory::{self, InventoryError, Selection, Source},
};

/// The selection of machines to request. Reads the file of excluded machines.
pub(super) fn selection(input: ListInput<'_>) -> Result<Selection, InventoryError> {
    let filters = &input.config.filters;
    Ok(Selection {
        os: filters.os.clone(),
        groups: filters.groups.clone(),
        tags: filters.tags.clone(),
        seen_within: filters.seen_within,
        excluded: excluded(filters)?.into_iter().collect(),
        now: input.now,
    })
}

/// The filters as text, which is equal for equal filters.
pub(super) fn query(input: ListInput<'_>) -> Result<String, InventoryError> {
    let filters = &input.config.filters;
    let words = |list: &[String]| {
        let mut list: Vec<String> = list.iter().map(|word| word.to_lowercase()).collect();
        list.sort();
        format!("{list:?}")
    };
    let mut excluded: Vec<MachineId> = excluded(filters)?.into_iter().collect();
    excluded.sort_unstable();
    let excluded = excluded
        .iter()
        .fold(Sha256::new(), |digest, id| digest.chain_update(id.bytes()))
        .finalize();
    Ok(format!(
        "os {} group {} tag {} seen-within {} filter {:?} exclude {:02x?}",
        words(&filters.os),
        words(&filters.groups),
        words(&filters.tags),
        span(filters.seen_within),
        filters.odata,
        &excluded[..8]
    ))
}

fn excluded(filters: &MachineFilters) -> Result<HashSet<MachineId>, InventoryError> {
    let Some(path) = &filters.exclude else {
        return Ok(HashSet::new());
    };
    let list = inventory::read(&Source::File(path.clone()), None)?;
    let skipped = list.skipped.machines.iter().map(|it| it.listed.id);
    Ok(list
        .machines
        .iter()
        .map(|it| it.id)
        .chain(skipped)
        .collect())
}
